"""What checks import, and that they import nothing else."""

import ast
import sys
from inspect import isfunction
from pathlib import Path

from knowngood import checks

SMOKETESTS = Path(__file__).parents[3] / "smoketests"


def test_checks_import_nothing_else() -> None:
    """FHR's checks need this module, pytest and the standard library: so do those of others."""
    allowed = {*sys.stdlib_module_names, "pytest"}
    for path in SMOKETESTS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            assert [
                name
                for name in names
                if name.partition(".")[0] not in allowed and name != "knowngood.checks"
            ] == [], path.name


def test_checks_are_short() -> None:
    """A file of checks is read at one sitting."""
    lengths = {path.name: path.read_text("utf-8").count("\n") for path in SMOKETESTS.glob("*.py")}
    assert {name: length for name, length in lengths.items() if length >= 100} == {}


def test_everything_in_all_is_there_and_documented() -> None:
    """Each name is one that checks may use, and each function says what it does."""
    for name in checks.__all__:
        value = getattr(checks, name)
        assert not isfunction(value) or value.__doc__, name
