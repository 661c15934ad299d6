"""``knowngood init``."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import click

from ..drill import MutationOptions, drill_mutations
from ..report import har_reader
from ..run_options import FIRST_LOOK
from ..safety import UsageError, one_line, plural
from ..scaffold import (
    ApiChecks,
    FileChange,
    Survey,
    changes,
    named,
    read_openapi,
    server,
    suite,
    survey,
    unchecked,
    write,
)
from ..session import Options
from ..supervisor import verify
from .console import print_line

_SECONDS: Final = 10.0
"""Seconds in which the new suite is drilled: enough for each kind of URL of a small service."""

_API: Final = "smoketests/test_api.py"

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""The name of an environment, which stands in files and commands."""


@click.command("init")
@click.argument("source", metavar="URL|FILE")
@click.option(
    "--env", "environment", default="prod", metavar="NAME", help="its name (default: prod)"
)
@click.option("--origin", metavar="URL", help="where the API of an OpenAPI document answers")
@click.option(
    "--ca",
    metavar="FILE",
    type=Path,
    help="trust these authorities (PEM) in place of the usual ones",
)
@click.option("--ignore-robots", is_flag=True, help="ask for what robots.txt forbids, too")
@click.option("--dry-run", is_flag=True, help="print what would be written; write nothing")
def command(
    source: str,
    environment: str,
    origin: str | None,
    ca: Path | None,
    *,
    ignore_robots: bool,
    dry_run: bool,
) -> int:
    """Write a suite for a service: look at it, write checks into this folder, and run them.

    URL is a page or an OpenAPI 3 document of the service, FILE an OpenAPI 3 document. It is asked
    with GET alone, at most 60 times, 4 at once, and by its robots.txt. Files that are there stay
    as they are; a second run adds the checks that are new, and says which pages your lists lack.
    In the end it says what these checks would not notice, and which lines would.

    \b
    Exit codes: those of `knowngood verify`, which runs the suite; with --dry-run 0;
    4 where nothing can be written: no answer, a login of another origin, a challenge
    """
    if not _NAME.fullmatch(environment):
        raise UsageError(
            f"--env={one_line(environment, 60)}: is no name for a file; allowed are letters, "
            "digits, `-`, `_` and `.`, such as prod"
        )
    folder = Path.cwd()
    url, api = _place(source, origin)
    print_line(f"looks at {url}: GET alone, at most 60 requests")
    authorities = _authorities(ca) if ca is not None else ""
    seen = survey(url, print_line, api, ca=ca, obeys_robots=not ignore_robots)
    if seen.illness:
        print_line(
            f'the start page says "{one_line(seen.illness, 100)}": what follows takes that for '
            "sound; if it is not, mend it, delete the files, run this again"
        )
    suggested = suite(seen, environment, authorities)
    for change in list(changes(folder, suggested.files, environment, suggested.named)):
        _carry_out(folder, change, dry_run=dry_run)
    for note in _notes(seen, suggested.api):
        print_line(note)
    code, others = 0, unchecked(seen)
    if not dry_run:
        print_line(f"\nruns it: knowngood verify --env={environment}")
        code, names = _verify_and_drill(environment, folder)
        others += names
    if others:
        print_line(f"\nseen, and not checked: {one_line(', '.join(others), 4000)}")
    return code


def _notes(seen: Survey, api: ApiChecks) -> Iterator[str]:
    """Yield what the suite leaves to the person."""
    if api.without_schema:
        yield (
            f"{_API}: {plural(api.without_schema, 'answer')} checked without a schema, for "
            "what stands there; if that is a format: pip install 'knowngood[formats]', delete the "
            "file, run this again"
        )
    if api.without_keys:
        yield (
            f"{_API}: {plural(api.without_keys, 'answer')} checked by a schema that requires "
            "no key: one that is lost or renamed passes; `knowngood drill` has schemas that notice"
        )
    if api.unwritten:
        yield (
            f"{_API}: no check of {one_line(', '.join(api.unwritten), 1000)}; give the "
            "document an example and run this again, or write the check"
        )
    if seen.says_what_is_gone:
        yield (
            "smoketests/test_service.py: no check asks for /.git or /.env, which nobody may "
            "fetch: a firewall may ban this machine for it; where yours does not, take the comment "
            "away there"
        )
    if seen.elsewhere:
        hosts = one_line(", ".join(seen.elsewhere), 1000)
        yield f"not asked: files of {hosts}; the origin of one that is yours goes in [origins]"
    if seen.varies_by_language:
        yield (
            "pages say `Vary: Accept-Language`: no check asks for another language than the one "
            'that comes without that header; headers={"Accept-Language": "de"} in a mark does'
        )
    if seen.has_login:
        yield (
            "the start page asks for a password: no check looks behind the login; docs/checks.md "
            "says under Logins how one does"
        )


def _place(source: str, origin: str | None) -> tuple[str, Mapping[str, Any] | None]:
    """Return the URL to look at, and the OpenAPI document that ``source`` is, if it is a file."""
    is_url = source.startswith(("http://", "https://"))
    if not is_url and not Path(source).exists():
        raise UsageError(
            f"{one_line(source, 200)}: no such file; a URL begins with http:// or https://"
        )
    api = None if is_url else read_openapi(Path(source))
    url = source if api is None else urljoin(origin or "", server(api)) or (origin or "")
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"{source}: says no absolute URL in `servers`; add --origin URL")
    return url, api


def _authorities(path: Path) -> str:
    """Return the certificates of a file. Raises UsageError for a file without any."""
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--ca={path}: cannot be read: {error}") from None
    if "-----BEGIN CERTIFICATE-----" not in text or "PRIVATE KEY" in text:
        raise UsageError(f"--ca={path}: allowed is a PEM file of certificates alone")
    return text


def _verify_and_drill(environment: str, folder: Path) -> tuple[int, list[str]]:
    """Run the suite; where it passes, say what it would not notice. Return the run's exit code, and
    what its pages and scripts ask for and the run did not.
    """
    with tempfile.TemporaryDirectory(prefix="knowngood-init-") as temporary:
        har = Path(temporary) / "run.har"
        options = Options.from_values(root=folder, cwd=folder, env=environment, har_file=har)
        code = verify(options, (), print_line, variables={FIRST_LOOK: "1"})
        if code == 0:
            print_line(f"\ndrills it for {_SECONDS:g} s on these answers, by `knowngood drill`")
            drill_mutations(
                environment, MutationOptions(seconds=_SECONDS, from_har=har), say=print_line
            )
        else:
            print_line("\nleft out: `knowngood drill`, which needs a suite that passes")
        exchanges = har_reader.read(har, "--har-file").exchanges if har.exists() else ()
        return code, named(exchanges)


def _carry_out(folder: Path, change: FileChange, *, dry_run: bool) -> None:
    print_line(f"{change.path}: {change.remark}")
    if not change.text:
        return
    if dry_run:
        print_line("".join(f"    {line}\n" for line in change.text.splitlines()))
    else:
        write(folder, change)
