"""What a drill of faults prints."""

from dataclasses import replace

from knowngood.drill import fault_table
from knowngood.drill.fault_results import DrillResult

RIGHT = DrillResult(
    "gone",
    ("FAILED",),
    "FAILED",
    caught_by=("test_page.py::test_page_is_there",),
    quiet=(),
    seconds=1.2,
    reason="/fr/ is 404",
    causes=("/fr/ is 404",),
    named="/fr/",
)
MISS = replace(RIGHT, misnamed="names /fr/, not site:/page")


def test_columns_stand_below_their_heads() -> None:
    """What the first cause names has a column."""
    (line,) = fault_table.row(RIGHT)
    for head, cell in {"fault": "gone", "got": "FAILED", "named": "/fr/"}.items():
        assert line.startswith(cell, fault_table.HEADER.index(f" {head} ") + 1)
    assert line.startswith("page: page is there", fault_table.HEADER.index("caught by"))


def test_a_run_whose_naming_is_not_judged() -> None:
    """Its column says so, and the run is right all the same."""
    (line,) = fault_table.row(replace(RIGHT, named=""))
    assert line.startswith("- ", fault_table.HEADER.index("named"))
    assert line.startswith("ok ")


def test_a_miss_of_the_first_cause() -> None:
    """The row says what was named in its place, and the lines below which causes there are."""
    line, *below = fault_table.row(MISS)
    assert line.startswith("MISS gone")
    assert line.startswith("MISS /fr/", fault_table.HEADER.index("named"))
    assert below == [
        "     /fr/ is 404",
        "     the verdict names /fr/, not site:/page",
        "     - /fr/ is 404",
    ]


def test_the_summary_counts_what_is_named() -> None:
    """Of those that are judged; a miss there is a miss."""
    lines = list(fault_table.summary([RIGHT, MISS, replace(RIGHT, named="")], 3.4, 1, 7))
    assert lines[1] == "2 of 3 as expected, 1 of 2 named, in 3 s; 1 pair, seed 7"
    assert lines[2] == "missed: gone"
