"""Which runs stand in one row of the history, and what its incidents are."""

from __future__ import annotations

from watched_runs import DAY, LOST, MINUTE, TITLE, run

from knowngood.environment import WatchSettings
from knowngood.watch import history
from knowngood.watch.history import Incident
from knowngood.watch.run import WatchedRun

SETTINGS = WatchSettings()


def row(verdicts: str, minute: float = 0.0, **more: object) -> list[WatchedRun]:
    """Return runs that end as ``verdicts`` says, one every five minutes."""
    return [run(verdict, minute + 5 * number, **more) for number, verdict in enumerate(verdicts)]


def test_alike_runs_stand_in_one_row() -> None:
    """Until the verdict, the release or the first cause is another."""
    runs = [
        *row("PPP"),
        *row("FF", 15),
        *row("F", 25, causes=(TITLE, LOST)),
        *row("P", 30, release="v8"),
        *row("P", 35),
    ]
    spans = history.spans(runs)
    assert [len(span.runs) for span in spans] == [3, 2, 1, 1, 1]
    assert [span.words for span in spans] == ["", LOST.sentence, TITLE.sentence, "", ""]
    assert spans[0].until == spans[1].first.began


def test_a_pause_ends_a_row() -> None:
    """A time in which nobody looked belongs to no run."""
    first, second = history.spans([*row("PPPP"), *row("PPPP", 120)])
    assert (len(first.runs), len(second.runs)) == (4, 4)
    assert first.until == first.runs[-1].ended
    assert second.until == DAY + 135 * MINUTE + 12


def test_answer_times_of_a_row() -> None:
    """The median of the medians, and the worst of the rest; what is not known does not count."""
    times = [(0.01, 0.5), (0.03, 0.2), (None, None), (0.05, 0.9)]
    runs = [run("P", 5 * n, p50=p50, p95=p95) for n, (p50, p95) in enumerate(times)]
    (span,) = history.spans(runs)
    assert (span.p50, span.p95) == (0.03, 0.9)
    (unknown,) = history.spans(row("P"))
    assert (unknown.p50, unknown.p95) == (None, None)


def test_table() -> None:
    """A row for each span, with a date where it is another; a row for each run on request."""
    runs = [*row("P", p50=0.02, p95=0.25, flaky=1), *row("FF", 5), *row("I" * 2, 15)]
    lines = list(history.table(history.spans(runs)))
    assert lines == [
        "from (UTC)        to     runs  release  verdict       p50    p95     flaky  first cause",
        "2023-11-15 00:00  00:00  1     v7       PASSED        20 ms  250 ms  1",
        "2023-11-15 00:05  00:10  2     v7       FAILED        -      -       0      "
        f"{LOST.sentence}",
        "2023-11-15 00:15  00:20  2     v7       INCONCLUSIVE  -      -       0      "
        "no control answers, so silence proves nothing",
    ]
    assert len(list(history.table(history.single(runs)))) == 6
    overnight = list(history.table(history.spans(row("P" * 3, 23 * 60 + 55))))
    assert overnight[1].startswith("2023-11-15 23:55  2023-11-16 00:05  3 ")


def test_empty_history() -> None:
    """No run is no error."""
    assert history.spans([]) == []
    assert len(list(history.table([]))) == 1
    assert history.incidents([], SETTINGS) == []


def test_incidents() -> None:
    """Each has a beginning, an end and its causes; one that lasts has no end."""
    runs = [
        *row("PP"),
        *row("FF", 10),
        *row("FF", 20, causes=(LOST, TITLE)),
        *row("PPP", 30),
        *row("I" * 12, 45),
        *row("P" * 21, 105),
        *row("FF", 210, causes=(TITLE,), release="v8"),
    ]
    assert history.incidents(runs, SETTINGS) == [
        Incident(
            "FAILED",
            DAY + 10 * MINUTE,
            DAY + 30 * MINUTE,
            (LOST.sentence, TITLE.sentence),
            "v7",
        ),
        Incident(
            "blind",
            DAY + 45 * MINUTE,
            DAY + 105 * MINUTE,
            ("no control answers, so silence proves nothing",),
            "v7",
        ),
        Incident("FAILED", DAY + 210 * MINUTE, None, (TITLE.sentence,), "v8"),
    ]


def test_flapping_that_becomes_steady_is_one_incident() -> None:
    """It ends when it recovers."""
    runs = [*row("P" * 2), *row("FPFPFP", 10), *row("F" * 8, 40), *row("PP", 80)]
    (incident,) = history.incidents(runs, SETTINGS)
    assert (incident.kind, incident.since, incident.until) == (
        "flapping",
        DAY + 10 * MINUTE,
        DAY + 80 * MINUTE,
    )
