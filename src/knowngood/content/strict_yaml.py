"""Read YAML that could as well be JSON, as OpenAPI documents must be.

Keys are texts, and values those of JSON (https://spec.openapis.org/oas/v3.1.0#format): ``no`` and
``2024-01-01`` are texts, not false and not a date.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import strict_json

if TYPE_CHECKING:
    import yaml

_TEXT: Final = "tag:yaml.org,2002:str"
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_MOST: Final = 1_000_000  # values of one document
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


def loads(text: bytes) -> Any:
    """Return the document in ``text``.

    Raises ValueError with the place for what is not YAML, for a key given twice, and for an empty
    document.
    """
    import yaml

    try:
        # The C parser reads ten times as fast; it is there in every wheel of PyYAML.
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if root is None:
            raise ValueError("not YAML: the file is empty")
        if _size(root, {}) > _MOST:
            raise ValueError(f"not YAML worth reading: more than {_MOST} values, by its aliases")
        return _value(root)
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise ValueError("not YAML worth reading: nested too deep, or within itself") from None


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return how many values ``node`` stands for; ``sizes`` are those of nodes, by their id. An
    alias stands for all that it names: ten lines can stand for a billion values.
    """
    import yaml

    if id(node) not in sizes:
        children: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            children = [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            children = node.value
        sizes[id(node)] = 1 + sum(_size(child, sizes) for child in children)
    return sizes[id(node)]


def _value(node: yaml.Node) -> Any:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child) for child in node.value]
    return _scalar(node)


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    names = [str(key.value) for key, _ in node.value]
    twice = strict_json.given_twice(names)
    if twice:
        raise ValueError(f"line {node.start_mark.line + 1}: key given twice: {twice}")
    return dict(zip(names, (_value(value) for _, value in node.value), strict=True))


def _scalar(node: Any) -> Any:
    if node.style:  # quoted, or a block
        return node.value
    text = node.tag == _TEXT
    if not text and node.value in _WORDS:
        return _WORDS[node.value]
    # YAML 1.1 takes 1e3 for text; it has no number with an exponent without a point and a sign.
    if _NUMBER.fullmatch(node.value) and (not text or "e" in node.value.lower()):
        return strict_json.loads(node.value)
    return node.value
