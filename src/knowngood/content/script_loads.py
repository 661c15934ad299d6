"""Find in a tree of tree-sitter which workers and scripts a script loads.

Only the text shows what a script does, so every rule prefers to miss one: what stands behind a
condition, in a loop, in ``try``, or after a place where a function may end, may never be loaded.
Whether a browser has workers is no condition: all have.

:mod:`.sandbox_program` imports it, so it imports nothing of this package but
:mod:`.script_uses` and :mod:`.syntax_tree`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from .script_uses import UNSURE, certain_part, may_skip_a_part
from .syntax_tree import BLOCKS, FUNCTIONS, is_called_at_once, is_handed_over, text_of

if TYPE_CHECKING:
    import tree_sitter

SEEM: Final = re.compile(
    rb"""\bnew\s+(?:Shared)?Worker\s*\(|\bserviceWorker\s*(?:\?\.|\.)\s*register\s*\("""
    rb"""|\bimportScripts\s*\(|\.src\s*=\s*["'`]|\.getScript\s*\(|\bdocument\.write\s*\("""
)
"""What begins all that is looked for, before anything is parsed."""

_MOST: Final = 30
"""Places that are looked at in one script."""

_DEEPEST: Final = 500
"""Nodes around a place that is looked at."""

_URL: Final = r"""(["'`])(?!//)([\w./~@-]*[./][\w./~@-]*(?:\?[\w.=&-]*)?)\1"""
_OF_PAGE: Final = re.compile(_URL)
_OF_SCRIPT: Final = re.compile(
    rf"""(?:(?:""|'')\s*\+\s*)?new\s+URL\(\s*{_URL}\s*,\s*import\.meta\.url\s*\)(?:\.href)?"""
)
_WRITTEN: Final = re.compile(
    r"""(["'`])<script\b[^<>]*?\ssrc=\\?["']?([\w./~@-]+\.js)\\?["']?[^<>]*><\\?/script>(?:\\n)?\1"""
)
_OF_SCRIPTS: Final = {
    "importScripts": _OF_PAGE,
    "$.getScript": _OF_PAGE,
    "jQuery.getScript": _OF_PAGE,
    "document.write": _WRITTEN,
}
"""By call that loads scripts, what it is given."""

_REGISTERS: Final = re.compile(r"(?:(?:window|self)\.)?navigator\s*\.\s*serviceWorker\??\.register")
_HAS: Final = (
    r"""\(?\s*(?:!!)?(?:["'`](?:serviceWorker|(?:Shared)?Worker)["'`]\s+in\s+(?:window\.)?\w+"""
    r"""|(?:window\.)?(?:navigator\.serviceWorker|(?:Shared)?Worker)"""
    r"""|typeof[\s(]+(?:window\.)?(?:Shared)?Worker\s*\)?\s*(?:!==?\s*["'`]undefined|===?\s*["'`]function)["'`])\s*\)?"""
)
_HAS_WORKERS: Final = re.compile(rf"\(?\s*{_HAS}(?:\s*&&\s*{_HAS})*\s*\)?")
_MODULE: Final = re.compile(r"""["']?type["']?\s*:\s*["'`]module["'`]""")
_ADDS: Final = (
    r"(?:append(?:Child)?|prepend|before|after|insertBefore|replaceChild)\(\s*%s(?![\w$])"
)
_MAKES: Final = r"""(?<![\w$.])%s\s*=\s*[\w$.]*\bcreateElement\(\s*["'`]script["'`]\s*\)"""


class ScriptLoad(NamedTuple):
    """A worker or a script that a script loads.

    Attributes:
        url: its URL, as it is written.
        kind: that of a link.
        type: ``module`` for a module.
        of_script: whether the URL is relative to the script that loads it, and not to its page.
    """

    url: str
    kind: str
    type: str
    of_script: bool


def read(root: tree_sitter.Node, source: bytes, called: Container[str]) -> Iterator[ScriptLoad]:
    """Yield what a script surely loads. ``called`` are the names of others that it calls."""
    ends: dict[int, int | None] = {}
    for match in islice(SEEM.finditer(source), _MOST):
        place = _Place(_nodes_around(root, match.start(), match.end()), ends)
        if not place.nodes:
            continue
        if place.node.type == "assignment_expression":
            yield from _of_element(place)
        elif place.node.type in {"call_expression", "new_expression"}:
            yield from _of_call(place, called)


def _nodes_around(root: tree_sitter.Node, start: int, end: int) -> list[tree_sitter.Node]:
    """Return the nodes that hold these bytes, the smallest last; none for a place too deep."""
    nodes, cursor = [root], root.walk()
    while len(nodes) < _DEEPEST:
        cursor.goto_first_child_for_byte(start)
        node = cursor.node
        if node is None or node == nodes[-1] or node.start_byte > start or node.end_byte < end:
            return nodes
        nodes.append(node)
    return []


class _Place(NamedTuple):
    """A place in a script.

    Attributes:
        nodes: the nodes around it, from the script on; last the call or the assignment itself.
        ends: by block, behind which byte its function may have ended, for all places of a script.
    """

    nodes: list[tree_sitter.Node]
    ends: dict[int, int | None]

    @property
    def node(self) -> tree_sitter.Node:
        return self.nodes[-1]

    def functions(self) -> list[tree_sitter.Node]:
        """Return the functions around it, the script first."""
        return [node for node in self.nodes[:-1] if node.type in {"program", *FUNCTIONS}]

    def is_sure(self) -> bool:
        """Return whether it runs if the functions around it do."""
        return not any(
            (outer.type in UNSURE and not _is_certain_part(outer, inner))
            or (outer.type in BLOCKS and self._may_have_ended(outer, inner))
            for outer, inner in pairwise(self.nodes)
        )

    def runs_at_once(self) -> bool:
        """Return whether it runs while the page is loaded."""
        inner = self.functions()[1:]
        return self.is_sure() and all(is_called_at_once(f) or is_handed_over(f) for f in inner)

    def is_in_method(self) -> bool:
        """Return whether nobody may ever call what it stands in: a bundler keeps all methods of a
        library, also of one whose own worker is not there.
        """
        methods = (node for node in self.functions() if node.type == "method_definition")
        names = (method.child_by_field_name("name") for method in methods)
        return any(name is None or name.text != b"constructor" for name in names)

    def _may_have_ended(self, block: tree_sitter.Node, node: tree_sitter.Node) -> bool:
        if block.id not in self.ends:
            ending = (child.end_byte for child in block.named_children if _may_end(child))
            self.ends[block.id] = next(ending, None)
        end = self.ends[block.id]
        return end is not None and end <= node.start_byte


def _of_call(place: _Place, called: Container[str]) -> Iterator[ScriptLoad]:
    call = place.node
    callee = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    name = text_of(callee) if callee is not None else ""
    arguments = call.child_by_field_name("arguments")
    values = [text_of(node) for node in arguments.named_children] if arguments is not None else []
    if name in _OF_SCRIPTS:
        if (name in called or "." in name) and place.runs_at_once():
            for written in filter(None, map(_OF_SCRIPTS[name].fullmatch, values)):
                yield ScriptLoad(written[2], "script-url", "", of_script=False)
    elif values and (name in called or _REGISTERS.fullmatch(name)) and place.is_sure():
        kind = "module" if any(map(_MODULE.search, values[1:2])) else ""
        of_page, of_script = _OF_PAGE.fullmatch(values[0]), _OF_SCRIPT.fullmatch(values[0])
        if of_page:
            yield ScriptLoad(of_page[2], "worker", kind, of_script=False)
        elif of_script and not place.is_in_method():
            yield ScriptLoad(of_script[2], "worker", kind, of_script=True)


def _of_element(place: _Place) -> Iterator[ScriptLoad]:
    """Yield the file of a script element, if the function makes the element and adds it."""
    left, right = map(place.node.child_by_field_name, ("left", "right"))
    written = _OF_PAGE.fullmatch(text_of(right)) if right is not None else None
    element = left.child_by_field_name("object") if left is not None else None
    if element is None or written is None or not place.runs_at_once():
        return
    path, name = written[2].partition("?")[0], re.escape(text_of(element))
    text = text_of(place.functions()[-1])
    adds = re.search(_MAKES % name, text) and re.search(_ADDS % name, text)
    if adds and path.endswith((".js", ".mjs")) and "nomodule" not in text.lower():
        kind = "module" if re.search(r"""["'`]module["'`]""", text) else ""
        yield ScriptLoad(written[2], "script-url", kind, of_script=False)


def _is_certain_part(whole: tree_sitter.Node, part: tree_sitter.Node) -> bool:
    """Return whether a part of a condition always runs, or wherever a browser has workers."""
    if not may_skip_a_part(whole):
        return True
    test, operator = certain_part(whole), whole.child_by_field_name("operator")
    if test is None or part == test:
        return part == test
    both = operator is not None and operator.type == "&&"
    runs = whole.child_by_field_name("right" if both else "consequence")
    return part == runs and _HAS_WORKERS.fullmatch(text_of(test)) is not None


def _may_end(statement: tree_sitter.Node) -> bool:
    """Return whether the function around a statement may end there."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if node.type in {"return_statement", "throw_statement"}:
            return True
        if node.type not in FUNCTIONS and not node.type.endswith("expression_statement"):
            waiting += node.named_children
    return False
