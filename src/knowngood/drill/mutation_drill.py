"""``knowngood drill`` of a deployment that nobody can start with faults: run, mutate, report."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..environment import Environment, env_option, load_here
from ..fetch import Answer
from ..report import har_reader
from ..report.har_reader import HarRecording
from ..run_options import RUN_ID
from ..safety import Say, UsageError, plural, redact_data
from ..verdict import EXIT_CODES, USAGE_ERROR, VerdictKind
from . import mutation_page, mutation_table, result_files
from .accepted import accept, warnings
from .har_tape import answers_by_path
from .mutant_results import MutantResult, MutationDrill
from .mutation_plugin import MutationPlugin
from .mutation_score import TOO_LOW, by_kind, counts, exit_code, score
from .recording_plugin import run_recorded
from .snippets import snippets

SECONDS: Final = 60.0
"""Seconds for mutants where nobody says how many."""


@dataclass(frozen=True, slots=True)
class MutationOptions:
    """How to drill.

    Attributes:
        seconds: how long mutants may take; the run that records the answers comes before.
        seed: draws the same mutants again; None to draw new ones.
        level: how much of the suite runs; None for what is usual.
        fail_under: the least score in per cent; None if each is enough.
        json: where the results are written; None if nowhere.
        from_har: the HAR file of a run, which takes the place of the network; None to run.
        previous_har: a HAR file of an earlier release, whose answers are tried; None without.
        html: where the page with the results is written; None if nowhere.
    """

    seconds: float = SECONDS
    seed: int | None = None
    level: str | None = None
    fail_under: float | None = None
    json: Path | None = None
    html: Path | None = None
    from_har: Path | None = None
    previous_har: Path | None = None


def drill_mutations(name: str, options: MutationOptions, *, say: Say) -> int:
    """Drill the suite against the environment ``name``; return the exit code.

    Raises UsageError for what cannot be read or written.
    """
    result_files.refuse_unwritable(options.json)
    result_files.refuse_unwritable(options.html, "--html-file")
    environment = load_here(name)
    seed = secrets.randbelow(10_000) if options.seed is None else options.seed
    recording = _recording(options.from_har, environment)
    plugin = MutationPlugin(options.seconds, seed, _previous(options.previous_har), recording)
    code = _run(environment, plugin, options.level, recording)
    if code == USAGE_ERROR:  # pytest has said why there was no run
        return code
    if plugin.trouble:
        say(f"{environment.name}: no mutants: {plugin.trouble}")
        return code or TOO_LOW
    drill = _drill(environment, plugin, seed)
    say("")
    for line in mutation_table.lines(drill, options.fail_under):
        say(line)
    content = document(drill, options.fail_under)
    result_files.write(options.json, content, say)
    page = mutation_page.page(drill, options.fail_under)
    result_files.write_text(options.html, page, "--html-file", say)
    if code == EXIT_CODES[VerdictKind.INTERNAL_ERROR]:
        return code
    if plugin.interrupted:
        return EXIT_CODES[VerdictKind.INTERRUPTED]
    return exit_code(score(drill.results), options.fail_under)


def _recording(path: Path | None, environment: Environment) -> HarRecording | None:
    """Return what the HAR file at ``path`` holds. Raises UsageError."""
    if path is None:
        return None
    recording = har_reader.read(path, "--from-har")
    if not recording.run:
        raise UsageError(
            f"--from-har {path}: another program wrote it, so that it does not say which origin is "
            f"which; write it with pytest {env_option(environment.path)} --har-file=FILE"
        )
    return recording


def _previous(path: Path | None) -> dict[str, Answer]:
    """Return the answers of the HAR file at ``path``, by path. Raises UsageError."""
    if path is None:
        return {}
    return answers_by_path(har_reader.read(path, "--previous-har"))


def _drill(environment: Environment, plugin: MutationPlugin, seed: int) -> MutationDrill:
    """Return what came of the drill, with what the environment accepts told apart."""
    today, results = datetime.now(UTC).date(), plugin.results
    accepted = environment.accepted, plugin.origins, today
    whole = plugin.possible <= len(results)
    return MutationDrill(
        environment=environment.name,
        release=plugin.release,
        seed=seed,
        seconds=plugin.seconds,
        requests=plugin.requests,
        results=tuple(accept(results, *accepted)),
        possible=max(plugin.possible, len(results)),
        warnings=(*_left_out(plugin), *warnings(results, *accepted, whole=whole)),
    )


def _run(
    environment: Environment,
    plugin: MutationPlugin,
    level: str | None,
    recording: HarRecording | None,
) -> int:
    """Run the suite in this process with ``plugin``; return pytest's exit code.

    On a recording it has that run's id, which is in the nonces that were sent.
    """
    arguments = [f"--level={level}"] if level is not None else []
    if recording is None:
        return run_recorded(environment, plugin, arguments)
    os.environ[RUN_ID] = recording.run
    output = io.StringIO()  # the verdict on what was recorded is known, unless it is another now
    try:
        with contextlib.redirect_stdout(output):
            code = run_recorded(environment, plugin, arguments)
    finally:
        del os.environ[RUN_ID]  # another run in this process has an id of its own
    if plugin.trouble:
        sys.stdout.write(output.getvalue())
    return code


def _left_out(plugin: MutationPlugin) -> Iterator[str]:
    """Say which items could not be run again, and what the recording lacks."""
    if not plugin.unrepeatable:
        return
    yield (
        f"{plural(len(plugin.unrepeatable), 'case')} left out: they do not hold on their own "
        f"recorded answers, such as {plugin.unrepeatable[0]}"
    )
    recording = plugin.recording
    cut = sorted({exchange.probe.url for exchange in recording.cut}) if recording else []
    if cut:
        yield (
            f"the recording has only a part of what came from {plural(len(cut), 'URL')}, such as "
            f"{cut[0]}; `knowngood drill` without --from-har reads all of it"
        )


def document(drill: MutationDrill, fail_under: float | None = None) -> dict[str, Any]:
    """Return the document; ``fail_under`` is the least score in per cent, if one is asked for."""
    share = score(drill.results)
    content = {
        "environment": drill.environment,
        "release": drill.release,
        "seed": drill.seed,
        "seconds": round(drill.seconds, 3),
        "requests": drill.requests,
        "possible": drill.possible,
        "fail_under": fail_under,
        "exit_code": exit_code(share, fail_under),
        **_summary(drill.results),
        "kinds": {kind: _summary(mutants) for kind, mutants in by_kind(drill.results).items()},
        "warnings": list(drill.warnings),
        "snippets": [asdict(snippet) for snippet in snippets(drill.results)],
        "mutants": [asdict(result) for result in drill.results],
    }
    return redact_data(content)


def _summary(results: Iterable[MutantResult]) -> dict[str, Any]:
    """Return a score, which is null if no mutant counts, and how the mutants came out."""
    results = list(results)
    numbers = {str(notice): number for notice, number in counts(results).items()}
    return {"score": score(results), "counts": numbers}
