"""Find what modules import of each other and do not export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from . import import_maps, javascript
from .module_names import ModuleNames


class MissingExport(NamedTuple):
    """A name that a module imports of another, which does not export it."""

    importer: str
    name: str
    module: str


def all_modules(
    roots: Iterable[tuple[str, bytes]], files: Mapping[str, bytes], imports: import_maps.ImportMap
) -> list[tuple[str, bytes]]:
    """Return ``roots``, the modules that the page names, and those in ``files`` that they import,
    and these, and so on: each with the URL that its imports are relative to. What is imported by
    ``import()`` is left out.
    """
    modules, seen = list(roots), set[str]()
    for url, source in modules:
        targets = {import_maps.target(url, other, imports) for other in javascript.imports(source)}
        new = (targets & files.keys()) - seen
        modules += [(target, files[target]) for target in sorted(new)]
        seen |= new
    return modules


def unmapped_names(
    modules: Iterable[tuple[str, bytes]], imports: import_maps.ImportMap
) -> Iterator[tuple[str, str]]:
    """Yield URL and bare name where one of :func:`all_modules` imports by a name that ``imports``
    does not map: browsers run nothing of what imports it.
    """
    for url, source in modules:
        for name in import_maps.bare_names(source):
            if not import_maps.target(url, name, imports):
                yield url, name


def missing_exports(
    modules: Iterable[tuple[str, bytes]], files: Mapping[str, bytes], imports: import_maps.ImportMap
) -> Iterator[MissingExport]:
    """Yield the names that ``modules``, as :func:`all_modules` returns them, import and nobody
    exports: browsers run nothing of what imports them.

    ``files`` are all that were read, ``imports`` is the page's import map. What is imported by
    ``import()`` may be missed for certain reasons, and is not looked into. What is not read or not
    parsed may export any name.
    """

    def target_of(url: str, written: str) -> str:
        return import_maps.target(url, written, imports)

    @cache
    def names_at(url: str) -> ModuleNames | None:
        return javascript.module_names(files[url]) if url in files else None

    exports: dict[str, frozenset[str] | None] = {}
    for url, source in modules:
        names = javascript.module_names(source)
        taken = names.taken if names is not None else ()
        for other, name in dict.fromkeys((other, name) for other, name in taken):
            target = target_of(url, other)
            if target not in exports:
                exports[target] = _exports(target, names_at, target_of)
            given = exports[target]
            if given is not None and name not in given and "\\" not in name:
                yield MissingExport(url, name, target)


def _exports(
    url: str,
    names_at: Callable[[str], ModuleNames | None],
    target_of: Callable[[str, str], str],
) -> frozenset[str] | None:
    """Return all names that a module exports; None if they are not known."""
    exports, waiting = set[str](), [url]
    for module in waiting:
        names = names_at(module)
        if names is None or any("\\" in name for name in names.given):
            return None
        # `export *` leaves the default out
        exports.update(name for name in names.given if module == url or name != "default")
        targets = {target_of(module, other) for other in names.given_on}
        waiting += targets.difference(waiting)
    return frozenset(exports)
