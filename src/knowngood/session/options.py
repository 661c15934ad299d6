"""Check the options of a run, for ``pytest --env`` and ``knowngood verify`` alike.

Imports no pytest: the parent process of ``knowngood verify`` uses it, too.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..content import manifest as manifests
from ..content import subjects as artefacts
from ..environment import FOLDER, Environment, list_environments, load_chosen
from ..report import github
from ..run_options import LEVELS, PARENT, REPORTS, tag_name
from ..safety import UsageError, one_line

_PLACE: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
"""What a place may be called: host names are, and a list with commas can name several."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who started a run asked for.

    Attributes:
        env: the value of ``--env``, a name or a path, as given.
        environment: the environment it means, with ``origins`` and ``drill`` applied.
        origins: the values of ``--origin``, each ``NAME=URL``.
        place: the name of the place that the run sees the deployment from.
        level: how much of the suite runs, one of ``LEVELS``.
        drill: the value of ``--drill``: faults separated by commas, or ``none``.
        release: the release that must be live, without spaces around it.
        baseline_file: the absolute path of ``--baseline``.
        baseline: the keys of the failures in that verdict file.
        manifest_file: the absolute path of ``--manifest``.
        manifest: what that file says.
        subjects: the SHA-256 of each artefact that the deployment was made of, by its name.
        reports: the absolute path of each report, by its option.
        annotate: whether to print annotations for GitHub Actions.
        record: whether to write a record of the verdict.
        push: whether to push that record.
        notify: whether to send a bad verdict to the addresses of ``[[notify]]``.
    """

    env: str
    environment: Environment
    origins: tuple[str, ...] = ()
    place: str = ""
    level: str = LEVELS[0]
    drill: str | None = None
    release: str | None = None
    baseline_file: Path | None = None
    baseline: frozenset[str] | None = None
    manifest_file: Path | None = None
    manifest: manifests.Manifest | None = None
    subjects: Mapping[str, str] = field(default_factory=dict)
    reports: Mapping[str, Path] = field(default_factory=dict)
    annotate: bool = False
    record: bool = False
    push: bool = False
    notify: bool = False

    @classmethod
    def from_values(
        cls,
        *,
        env: str | None,
        root: Path,
        cwd: Path,
        origin: Sequence[str] = (),
        place: str | None = None,
        level: str | None = None,
        drill: str | None = None,
        release: str | None = None,
        baseline: Path | None = None,
        manifest: Path | None = None,
        subject: Sequence[str] = (),
        record: bool = False,
        push: bool = False,
        notify: bool = False,
        **reports: Path | None,
    ) -> Options:
        """Check the values of the command line and read the files that they name.

        ``root`` is the folder that holds ``environments/``; paths are relative to ``cwd``;
        ``reports`` are as in :func:`report_targets`. Raises UsageError.
        """
        if env is None:
            raise UsageError(environments_to_choose_from(root))
        environment = load_chosen(env, root, origin, drill)
        if notify:
            from ..notify import refuse_bad_addresses

            refuse_bad_addresses(environment)
        _refuse_bad_record(record, push, elsewhere=bool(origin) or drill is not None)
        return cls(
            env=env,
            environment=environment,
            origins=tuple(origin),
            place=_host_name() if place is None else _place(place),
            level=LEVELS[0] if level is None else _level(level),
            drill=drill,
            release=_release(release, environment),
            baseline_file=cwd / baseline if baseline is not None else None,
            baseline=_baseline(baseline, cwd, environment),
            manifest_file=cwd / manifest if manifest is not None else None,
            manifest=_manifest(manifest, cwd, environment),
            subjects=artefacts.parse(subject),
            reports=report_targets(reports, cwd),
            annotate=github.is_here() and PARENT not in os.environ,
            record=record,
            push=push,
            notify=notify,
        )

    def to_arguments(self) -> list[str]:
        """Return pytest's arguments for the same run as a child process.

        Reports and record are left out: whoever starts the child writes them.
        """
        values = {
            "--place": self.place if self.place != _host_name() else None,
            "--level": self.level if self.level != LEVELS[0] else None,
            "--drill": self.drill,
            "--release": self.release,
            "--baseline": self.baseline_file,
            "--manifest": self.manifest_file,
        }
        return [
            f"--env={self.env}",
            *(f"--origin={origin}" for origin in self.origins),
            *(f"{option}={value}" for option, value in values.items() if value is not None),
            *artefacts.to_arguments(self.subjects),
        ]


def environments_to_choose_from(root: Path) -> str:
    """Return the message for somebody who gave no ``--env``."""
    folder = root / FOLDER
    return f"needs --env NAME; environments in {folder}:\n{list_environments(folder)}"


def _refuse_bad_record(record: bool, push: bool, *, elsewhere: bool) -> None:
    if push and not record:
        raise UsageError("--push pushes the record of a run; give --record as well")
    if record and elsewhere:
        raise UsageError(
            "--record cannot be used with --origin or --drill: the deployment that they verify "
            "is not the environment that the record would name"
        )


def _host_name() -> str:
    """Return the host's name as the name of a place."""
    return re.sub(r"[^\w.-]", "-", socket.gethostname(), flags=re.ASCII)[:64] or "localhost"


def _place(name: str) -> str:
    if _PLACE.fullmatch(name) is None:
        raise UsageError(
            f"--place: found {one_line(name, 80)!r}; expected up to 64 letters, digits, dots, "
            "hyphens and underscores, such as fra1"
        )
    return name


def _level(level: str) -> str:
    if level not in LEVELS:
        raise UsageError(f"--level: found {one_line(level, 80)!r}; allowed: {', '.join(LEVELS)}")
    return level


def _release(release: str | None, environment: Environment) -> str | None:
    if release is None:
        return None
    if not release.strip():
        raise UsageError("--release: the value is empty; expected a tag or a commit")
    if environment.release is None:
        raise UsageError(
            f"--release {release}: {environment.path} has no [release], so the run cannot ask the "
            'deployment for its release; add the table with url = "ORIGIN:/path"'
        )
    return tag_name(release)


def _baseline(path: Path | None, cwd: Path, environment: Environment) -> frozenset[str] | None:
    if path is None:
        return None
    from ..report import json_file

    try:
        return json_file.failures(cwd / path, environment.name)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"--baseline {path}: {error}") from None


def _manifest(path: Path | None, cwd: Path, environment: Environment) -> manifests.Manifest | None:
    if path is None:
        return None
    if environment.release is None:
        raise UsageError(
            f"--manifest {path}: {environment.path} has no [release]; add the table with "
            'url = "ORIGIN:/path of the version document", which says on which origin the files are'
        )
    try:
        return manifests.read(cwd / path)
    except manifests.BadManifest as error:
        raise UsageError(f"--manifest {error}") from None


def report_targets(paths: Mapping[str, Path | None], cwd: Path) -> dict[str, Path]:
    """Return the absolute path of each report that is to be written, by its option.

    ``paths`` are those of the command line, relative to ``cwd``, by the options' names as
    parameters; None for those that are not given. Raises UsageError.
    """
    flags = {REPORTS[name].flag: path for name, path in paths.items() if path is not None}
    return _usual_reports() | {flag: report_target(flag, path, cwd) for flag, path in flags.items()}


def _usual_reports() -> dict[str, Path]:
    """Return the reports that are written unasked: GitHub's summary, unless ``knowngood verify``
    has started this process and writes it.
    """
    path = github.summary_file() if PARENT not in os.environ else None
    return {"--summary-file": path} if path is not None else {}


def report_target(option: str, path: Path, cwd: Path) -> Path:
    """Return where to write a report. Raises UsageError if none can be: before the run."""
    if not (cwd / path).parent.is_dir():
        raise UsageError(f"{option} {path}: there is no folder {path.parent}")
    if (cwd / path).is_dir():
        raise UsageError(f"{option} {path}: is a folder; name a file in it")
    return cwd / path
