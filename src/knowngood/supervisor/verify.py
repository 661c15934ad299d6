"""``knowngood verify``: a run whose exit code holds when everything around it goes wrong."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..content.manifest import BadManifest
from ..environment import loader, server
from ..environment.model import BadEnvironment, Environment
from ..report import html_page, json_file
from ..safety.redactor import Redactor
from ..safety.sanitize import one_line
from ..verdict import build_match
from ..verdict.exit_codes import EXIT_CODES, USAGE_ERROR, VerdictKind, advice
from . import child, lock, trust
from .trust import Conclusion

HELD: Final = EXIT_CODES[VerdictKind.INCONCLUSIVE]


class Options(NamedTuple):
    """What the parent itself needs of the command line; ``rest`` goes to pytest."""

    env: str | None
    origins: tuple[str, ...]
    drill: str | None
    release: str | None
    manifest: Path | None
    verdict_file: Path | None
    html_file: Path | None
    record: bool
    push: bool
    rest: tuple[str, ...]


Say = Callable[[str], None]


def main(arguments: Sequence[str], say: Say) -> int:
    """Verify as the command line says; return the exit code. ``say`` prints a line.

    Raises BadEnvironment.
    """
    options = parse(arguments)
    environment = load(options)
    try:
        with lock.held(environment, ["knowngood", "verify", *arguments]):
            return verify(environment, options, say)
    except lock.LockUnavailable as error:
        _say_verdict(HELD, str(error), say)
        return HELD


def parse(arguments: Sequence[str]) -> Options:
    """Take apart what concerns the parent; what it does not know is pytest's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    add = parser.add_argument
    add("--env")
    add("--origin", action="append", default=[])
    add("--drill")
    add("--release")
    add("--manifest", type=Path)
    add("--verdict-file", type=Path)
    add("--html-file", type=Path)
    add("--record", action="store_true")
    add("--push", action="store_true")
    known, rest = parser.parse_known_args(list(arguments))
    return Options(
        env=known.env,
        origins=tuple(known.origin),
        drill=known.drill,
        release=known.release,
        manifest=known.manifest,
        verdict_file=known.verdict_file,
        html_file=known.html_file,
        record=known.record,
        push=known.push,
        rest=tuple(rest),
    )


def load(options: Options) -> Environment:
    """The environment that the options mean. Raises BadEnvironment."""
    root = loader.root_above(Path.cwd())
    if options.env is None:
        folder = root / loader.FOLDER
        raise BadEnvironment(
            f"needs --env NAME; environments in {loader.FOLDER}/:\n{loader.listing(folder)}"
        )
    for option, path in (
        ("--verdict-file", options.verdict_file),
        ("--html-file", options.html_file),
    ):
        if path is not None and not path.absolute().parent.is_dir():
            raise BadEnvironment(f"{option} {path}: there is no folder {path.parent}")
    if options.record and (options.origins or options.drill is not None):
        raise BadEnvironment("--record: what --origin or --drill verify is not the environment")
    if options.push and not options.record:
        raise BadEnvironment("--push pushes the record of a run; give --record as well")
    found = loader.chosen(options.env, root, options.origins, options.drill)
    _built(found, options)
    return found


def _built(environment: Environment, options: Options) -> str | None:
    """The digest of the manifest that the options name. Raises BadEnvironment."""
    if options.manifest is None:
        return None
    try:
        return build_match.manifest_for(environment, options.manifest.absolute()).digest
    except BadManifest as error:
        raise BadEnvironment(f"--manifest {error}") from None


def verify(environment: Environment, options: Options, say: Say) -> int:
    """Run, conclude, write the reports; the exit code."""
    began = time.time()
    run_id = uuid.uuid4().hex[:12]
    redactor = Redactor(environment.secrets.values())
    found = watched(environment, options, run_id, _shown(redactor))
    if found.reason:
        _say_verdict(found.code, redactor(found.reason), say)
    if found.code != USAGE_ERROR:
        document = redactor.deep(trust.document(found, environment.name, run_id, began))
        _report(options, document, say)
        if options.record:
            _record(environment, document, options.push, say)
    return found.code


def watched(
    environment: Environment,
    options: Options,
    run_id: str,
    show: Callable[[bytes], None],
    variables: Mapping[str, str] | None = None,
) -> Conclusion:
    """Run pytest in a process that is watched, with these ``variables`` beside ours, and say what
    its end is worth.
    """
    seconds = environment.budget.run + child.AFTERWARDS
    if options.release is not None:
        seconds += environment.budget.converge
    if environment.serve is not None:
        seconds += server.READY_WITHIN
    manifest = _built(environment, options)
    run = child.ChildRun(
        arguments=[*_arguments(options), *_looks(), *options.rest],
        run_id=run_id,
        seconds=seconds,
        show=show,
        environment={"COLUMNS": str(shutil.get_terminal_size().columns), **(variables or {})},
    )
    release = options.release.strip() if options.release is not None else None
    return trust.conclude(run.run(), run_id, release, manifest)


def _arguments(options: Options) -> list[str]:
    told = [f"--env={options.env}", *(f"--origin={each}" for each in options.origins)]
    told += [f"--drill={options.drill}"] if options.drill is not None else []
    told += [f"--release={options.release}"] if options.release is not None else []
    told += [f"--manifest={options.manifest}"] if options.manifest is not None else []
    return told


def _looks() -> list[str]:
    """Colour, which the child cannot decide: it writes to us and not to a terminal."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return ["--color=yes"] if colour else []


def _shown(redactor: Redactor) -> Callable[[bytes], None]:
    """Write out what comes, without secrets; who reads it may go away without harm."""
    stream = redactor.stream()

    def show(chunk: bytes) -> None:
        text = stream.feed(chunk) if chunk else stream.flush()
        with suppress(OSError, ValueError):
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()

    return show


def _report(options: Options, document: dict[str, Any], say: Say) -> None:
    """Write the reports; trouble with one is told, and leaves the verdict as it is."""
    writers = (
        ("--verdict-file", options.verdict_file, json_file.write),
        ("--html-file", options.html_file, html_page.write),
    )
    for option, path, write in writers:
        if path is None:
            continue
        try:
            write(path.absolute(), document)
        except OSError as error:
            _say(f"{option} {path}: not written: {error.strerror or error}", say)


def _record(environment: Environment, document: Mapping[str, Any], push: bool, say: Say) -> None:
    """Imported for those who ask for it."""
    from ..release import record_from_verdict

    for line in record_from_verdict.told(environment, document, push).splitlines():
        _say(line, say)


def _say(line: str, say: Say) -> None:
    say(f"knowngood verify: {one_line(line, 1000)}")


def _say_verdict(code: int, reason: str, say: Say) -> None:
    kind = next(kind for kind, number in EXIT_CODES.items() if number == code)
    _say(f"{kind} (exit {code}): {reason} — {advice(kind)}", say)
