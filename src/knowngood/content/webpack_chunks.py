"""Find the files that webpack's runtime, or Rspack's, loads once a page needs them.

No script names them as one string. The runtime puts their names together, as in ``r.u=e=>"js/"+e+
"."+{967:"5a590c94"}[e]+".js"``, and other scripts ask it by an id: ``n.e(967).then(…)``. Only names
with a hash count: those are files of one build, while of a library some may be left out.

https://webpack.js.org/configuration/output/#outputchunkfilename
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import urljoin

from . import name_function
from .media_types import is_javascript, media_type
from .name_function import ANY, plain
from .result_cache import cached_by_content
from .written_urls import Link

MOST: Final = 100
"""Chunks of one build that are asked for: a large site may have one for each of its pages, and all
that a page needs is held at once.
"""

_SEEMS: Final = re.compile(rb"(?:webpack|rspack)Chunk|\.miniCssF\s*=")
_BUILD: Final = re.compile(r"\b(?:webpack|rspack)Chunk[\w$]*")
_BASE: Final = re.compile(r"""(?<!this)\.p\s*+=(?!=)\s*+(?!\d)(?:["']([^"'\s]*)["'])?""")
_OF_LIBRARY: Final = re.compile(
    r"""(?<![\w$])([\w$]{1,40})\.p\s*=\s*(?:"[^"\s]*"|'[^'\s]*')\s*[,;]"""
    r"""(?:\s|/\*+/|//[^\n]*+\n)*+(?:return\s+)?\1\("""
)
"""Where the runtime of webpack 1 to 4 says it, and calls its first module: such a library may stand
in the script of another build. Those that have ``.u`` never do so.
"""

_ABOVE: Final = re.compile(r"""\[\^\\?/\]\+\$/,\s*["']/["']\)+(?:\s*\+\s*["']((?:\.\./)+)["'])?""")
"""How a runtime finds out in which folder it lies, and how far above that its build begins."""

_WITH_STYLES: Final = re.compile(r"""\{\s*((?:["']?[\w./-]+["']?\s*:\s*1\s*,?\s*)+)\}""")
_NAME_IN_TABLE: Final = re.compile(r"""(["']?[\w./-]+["']?)\s*:""")
_LOADS_IF: Final = re.compile(r"\[2\]\);?\s*\}?\s*else\s*\{?\s*if\s*\((?!true\))")
"""Where a runtime asks whether a chunk that is not there yet has a script at all."""

_LACKS: Final = re.compile(
    r"""(?:"?([\w./-]+)"?\s*!=\s*[\w$]+|!/\^\(([\w|]+)\)\$/\.test\([\w$]+\))\)\s*\{"""
    r"""|(?:"?([\w./-]+)"?\s*==\s*[\w$]+|/\^\(([\w|]+)\)\$/\.test\([\w$]+\))\)\s*[\w$]+\["""
)
"""The ids of chunks without a script: all others are loaded, or these are taken for loaded."""

_AS_MODULE: Final = re.compile(r"\bimport\([^()]{0,99}\.u\(")
_ID: Final = r"""(?:/\*[^*]{0,200}\*/\s*)?(?:\d[\de]*|"[^"\\]+"|'[^'\\]+')"""
_ASKING: Final = re.compile(
    rf"(?<![\w$.])([\w$]{{1,40}})\.e\({_ID}\)(?:\s*,\s*\1\.e\({_ID}\)){{0,12}}\s*\]?\s*\)?\.then\("
    r"(?:\(\)\s*=>\s*\(?\s*\1\(|\1\.(?:t\.)?bind\()"
)
_ASKED: Final = re.compile(r"""\.e\((?:/\*.*?\*/\s*)?([^)]+)""")
_HASH: Final = re.compile(r"(?<![^\W_])(?=[a-f]*\d)[\da-f]{8,64}(?![^\W_])")


class Chunks(NamedTuple):
    """What a script says about the chunks of its build.

    Attributes:
        build: what the scripts of the build call the list of its chunks; empty if it does not say.
        base: where the names begin; None for the folder that the script lies in.
        above: the way up from there, such as ``../../``.
        scripts: the names of scripts by id; that of ``ANY`` has it in the place of the id.
        styles: the names of stylesheets.
        type: ``module`` if the scripts are modules.
        asked: the ids of the chunks that the script asks for.
    """

    build: str
    base: str | None = None
    above: str = ""
    scripts: Mapping[str, str] = {}
    styles: Sequence[str] = ()
    type: str = ""
    asked: Sequence[str] = ()


def links(
    content_type: str | None, url: str, page: str, body: bytes, known: list[Chunks]
) -> Iterator[Link]:
    """Yield the files that a script of ``page`` lets the page load, together with the scripts
    ``known`` from before, to which it is added: a runtime may come before or after what asks it.
    """
    if not is_javascript(media_type(content_type)) or not _SEEMS.search(body):
        return
    new = of_script(body)
    base = urljoin(url if new.base is None else urljoin(page, new.base), new.above)
    # or else another script says where the files are
    is_theirs = url.startswith(base)
    new = new._replace(base=base) if is_theirs else Chunks(new.build, asked=new.asked)
    known.append(new)
    build = [chunks for chunks in known if chunks.build == new.build]
    asked = [id_ for chunks in build for id_ in chunks.asked]
    for chunks in build:
        if chunks is new or ANY in chunks.scripts:
            scripts = (Link(name, "script-url", chunks.type) for name in _names(chunks, asked))
            files = [*(Link(name, "link") for name in chunks.styles), *scripts]
            hashed = (link for link in files if _HASH.search(link.url))
            for link in islice(hashed, MOST):
                yield Link(urljoin(chunks.base or url, link.url), link.kind, link.type)


def _names(chunks: Chunks, asked: Iterable[str]) -> Iterable[str]:
    scripts = chunks.scripts
    if ANY not in scripts:
        return scripts.values()
    return (scripts.get(id_, scripts[ANY].replace(ANY, id_)) for id_ in asked)


@cached_by_content
def of_script(script: bytes) -> Chunks:
    """Return what a script says about the chunks of its build."""
    text = script.decode("utf-8", "replace")
    build, above = _BUILD.search(text), _ABOVE.search(text)
    bases = list(_BASE.finditer(_OF_LIBRARY.sub("", text)))
    asked = [id_ for match in _ASKING.finditer(text) for id_ in _ASKED.findall(match[0])]
    chunks = Chunks(build[0] if build else "", asked=[*dict.fromkeys(map(plain, asked))])
    base = bases[0][1] if len(bases) == 1 else None
    if len(bases) != 1 or (base is None and above is None):
        return chunks
    return chunks._replace(
        base=base,
        above=above[1] or "" if above is not None and base is None else "",
        scripts=_scripts(text),
        styles=_styles(text),
        type="module" if _AS_MODULE.search(text) else "",
    )


def _scripts(text: str) -> dict[str, str]:
    scripts, condition = name_function.names(text, "u"), _LOADS_IF.search(text)
    lacks = _LACKS.match(text, condition.end()) if condition is not None else None
    if condition is not None and lacks is None:
        return {}
    ids = "|".join(filter(None, lacks.groups())) if lacks is not None else ""
    return scripts | {plain(id_): "" for id_ in ids.split("|") if id_}


def _styles(text: str) -> list[str]:
    tables = " ".join(_WITH_STYLES.findall(text))
    names = name_function.names(text, "miniCssF")
    ids = map(plain, _NAME_IN_TABLE.findall(tables))
    return [names.get(id_) or names.get(ANY, "").replace(ANY, id_) for id_ in ids]
