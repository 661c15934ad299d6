"""Paste what a drill offers into a suite, as a person would who follows its words."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def paste(document: Mapping[str, Any], folder: Path) -> None:
    """Paste all that the JSON ``document`` of a drill offers into the suite in ``folder``."""
    for snippet in document["snippets"]:
        place, text = snippet["place"], snippet["text"]
        file = folder / place.partition(",")[0].partition(":")[0]
        if place.endswith(", a new file"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
        elif place.endswith(", a new check"):
            file.write_text(f"{file.read_text('utf-8')}\n\n{text}\n", "utf-8")
        else:
            test = place.partition(": ")[2].split()[0].rstrip(",")
            paste_lines(file, test, [text], fixture="schema" if "fixture schema" in place else "")
    remedies = [m["remedy"] for m in document["mutants"] if m["notice"] == "missed" and m["remedy"]]
    for remedy in remedies:
        place = remedy["place"]
        if remedy["line"] and not place["mark"] and not place["answer"]:
            line = remedy["line"]
            text = f"{place['loop']}\n    {line}" if place["loop"] else line
            paste_lines(folder / place["file"], place["test"], [text], imports=remedy["needs"])


def paste_lines(
    file: Path,
    test: str,
    lines: Iterable[str],
    *,
    fixture: str = "",
    imports: Iterable[str] = (),
) -> None:
    """Add lines at the end of a test function, a fixture to it, and imports to its file."""
    source = file.read_text("utf-8").splitlines()
    functions = [n for n in ast.parse("\n".join(source)).body if isinstance(n, ast.FunctionDef)]
    (function,) = (function for function in functions if function.name == test)
    assert function.end_lineno is not None
    pasted = [f"    {line}" for text in lines for line in text.splitlines()]
    if pasted[-1] in source[function.lineno : function.end_lineno]:
        return  # what catches two things is pasted once
    source[function.end_lineno : function.end_lineno] = pasted
    if fixture:
        head = source[function.lineno - 1]
        source[function.lineno - 1] = head.replace("):", f", {fixture}):", 1)
    missing = [line for line in imports if line not in source]
    place = next(n for n, line in enumerate(source) if line.startswith(("import ", "from ")))
    source[place:place] = missing
    file.write_text("\n".join([*source, ""]), "utf-8")
