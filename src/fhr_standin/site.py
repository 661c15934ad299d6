"""The content side: which paths there are and what each holds.

Three pages a locale, and below each page `css/ fonts/ img/ js/ json/`, the same bytes in every
locale. Shared files are made once; a page is made when it is first asked for.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

from fhr_standin import media, words
from fhr_standin.locales import Locale
from fhr_standin.resource import HTML, JSON, NOT_FOUND, TEXT, Resource, media_of, redirect

PAGES = {"": "desktop", "v4/": "v4", "mobile/": "mobile"}
CONFIG = "js/config.json"
DATE_FORMAT = "js/locale/date_format.json"
VERSION, HEARTBEATS = "/__version__", ("/__heartbeat__", "/__lbheartbeat__")

_ASSETS = Path(__file__).parent / "assets"
_FONTS = {
    "": ("regular", "bold", "icons"),
    "v4/": ("regular", "bold", "icons"),
    "mobile/": ("regular", "icons"),
}
_IMAGES = {
    "": "header.png on.png off.png arrow.gif sprite.png logo.svg icon.png paper.png",
    "v4/": "header.png on.png off.png arrow.gif sprite.png logo.svg icon.png weave.png",
    "mobile/": "logo.png clock.png crash.png gear.png tile.png banner.png on.png off.png"
    " line.gif column.png",
}
# Both pages that draw dates have settings; debug is off, so nothing reads jsonurl.
_CONFIG = """{
    "fhr": {
        "debug": "false",
        "jsonurl": "http://localhost:8000/en-US/json/payload.json"
    }
}
"""
_ROBOTS = "User-agent: *\nDisallow: /\n"
_SOURCE = "https://example.org/fhr-standin"
_SLOT = re.compile(r"@@(js:)?(\w+)@@")


class Site:
    """The sound content of a deployment: `find` a path, or walk over all `paths`."""

    def __init__(
        self, locales: tuple[Locale, ...], release: str = "v1", commit: str | None = None
    ) -> None:
        """Take the locales to build, the release's name and its commit (40 hex digits).

        Without a commit one is made from the release's name, so that releases differ.
        """
        self.locales = {locale.code: locale for locale in locales}
        self.release = release
        self.commit = commit or hashlib.sha256(release.encode()).hexdigest()[:40]

    @cached_property
    def shared(self) -> dict[str, Resource]:
        """The files below every locale, by path relative to the locale."""
        files = {}
        for prefix, page in PAGES.items():
            made = {**_assets("common"), **_assets(page), **_fonts(prefix), **_images(prefix)}
            if prefix != "mobile/":
                made[CONFIG] = _CONFIG.encode()
                made[DATE_FORMAT] = self._date_format
            files.update({prefix + path: Resource(made[path], media_of(path)) for path in made})
        return files

    @cached_property
    def top(self) -> dict[str, Resource]:
        """What is not below a locale, by path."""
        version = {
            "source": _SOURCE,
            "version": self.release,
            "commit": self.commit,
            "build": f"{_SOURCE}/builds/{self.release}",
        }
        return {
            "/robots.txt": Resource(_ROBOTS.encode(), TEXT),
            VERSION: Resource(json.dumps(version).encode(), JSON),
            **{path: Resource(b'{"status": "ok"}', JSON) for path in HEARTBEATS},
        }

    def find(self, path: str) -> Resource:
        """Return what the sound site answers at `path` (no query): a file, redirect or 404."""
        if path in self.top:
            return self.top[path]
        code, slash, inner = path[1:].partition("/")
        locale = self.locales.get(code)
        if locale is None:
            return NOT_FOUND
        if not slash or f"{inner}/" in PAGES:
            return redirect(f"{path}/")
        if inner in PAGES:
            return self.page(locale.target or locale.code, inner)
        return self.shared.get(inner, NOT_FOUND)

    @property
    def size(self) -> int:
        """How many paths answer 200."""
        return len(self.top) + len(self.locales) * (len(PAGES) + len(self.shared))

    def paths(self) -> Iterator[str]:
        """Yield every path that answers 200."""
        yield from self.top
        for code in self.locales:
            yield from (f"/{code}/{path}" for path in (*PAGES, *self.shared))

    def page(self, code: str, prefix: str) -> Resource:
        """Return one page of a locale that is no alias; `prefix` is a key of PAGES."""
        return _page(self.locales[code], prefix)

    @cached_property
    def _date_format(self) -> bytes:
        codes = (locale.code for locale in self.locales.values() if locale.target is None)
        entries = {code: {"monthNameShort": words.months(code)} for code in codes}
        return json.dumps(entries, ensure_ascii=False, indent=1).encode()


@cache
def _page(locale: Locale, prefix: str) -> Resource:
    values = words.strings(locale.code)
    values |= {"lang": locale.code, "dir": "rtl" if locale.rtl else "ltr"}

    def fill(slot: re.Match[str]) -> str:
        value = values[slot[2]]
        return _in_script(value) if slot[1] else html.escape(value)

    return Resource(_SLOT.sub(fill, _template(PAGES[prefix])).encode(), HTML)


def _in_script(text: str) -> str:
    """Return text as it may stand between apostrophes in a script inside HTML."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("</", "<\\/")


@cache
def _template(page: str) -> str:
    return (_ASSETS / page / "index.html").read_text("utf-8")


@cache
def _assets(folder: str) -> dict[str, bytes]:
    root = _ASSETS / folder
    files = (path for path in root.glob("*/**/*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(files)}


@cache
def _fonts(prefix: str) -> dict[str, bytes]:
    files = {}
    for face in _FONTS[prefix]:
        name = f"fonts/standin-{face}"
        files[f"{name}.eot"] = media.eot(name)
        files[f"{name}.svg"] = media.svg_font(name, face)
        files[f"{name}.ttf"] = media.ttf(name)
        files[f"{name}.woff"] = media.woff(name)
    return files


@cache
def _images(prefix: str) -> dict[str, bytes]:
    make = {"png": media.png, "gif": media.gif, "svg": media.svg}
    return {
        f"img/{name}": make[name.rpartition(".")[2]](prefix + name)
        for name in _IMAGES[prefix].split()
    }
