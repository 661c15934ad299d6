"""The sound site: complete, consistent, and the same as a directory."""

import json
import re
import struct
import zlib
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from fhr_standin import UsageError
from fhr_standin.locales import KNOWN, choose, parse, read
from fhr_standin.resource import media_of
from fhr_standin.site import CONFIG, DATE_FORMAT, PAGES, Site
from fhr_standin.write import write

_IN_PAGE = re.compile(rb"""<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)""")
_IN_CSS = re.compile(rb"""(?:url\(|@import (?!url))\s*["']?([^"')]+)""")


def references(site: Site, path: str) -> set[str]:
    """Return the paths on our own origin that a page or stylesheet refers to."""
    pattern = _IN_CSS if path.endswith(".css") else _IN_PAGE
    found = (match.decode() for match in pattern.findall(site.find(path).body))
    own = (ref for ref in found if not ref.startswith(("//", "http:", "data:")))
    return {urlsplit(urljoin(path, ref)).path for ref in own}


def test_a_hundred_locales_have_about_95_urls_each() -> None:
    """All 100 locales come to about 9,600 URLs and 9 MB, all of them there."""
    whole = Site(choose(100))
    paths = list(whole.paths())
    assert len(whole.locales) == 100
    assert len(paths) == len(set(paths))
    assert 92 <= (len(paths) - len(whole.top)) / 100 <= 98
    bodies = [whole.find(path) for path in paths]
    assert all(resource.status == 200 and resource.body for resource in bodies)
    assert 8e6 < sum(len(resource.body) for resource in bodies) < 1e7


def test_everything_referred_to_is_there(site: Site) -> None:
    """Pages and, from them, stylesheets refer to nothing that is missing."""
    pages = {f"/{code}/{page}" for code in site.locales for page in PAGES}
    styles = {ref for page in pages for ref in references(site, page) if ref.endswith(".css")}
    styles |= {ref for style in styles for ref in references(site, style) if ref.endswith(".css")}
    wanted = {ref for path in pages | styles for ref in references(site, path)}
    assert len(wanted) > 60 * len(site.locales)
    assert {ref for ref in wanted if site.find(ref).status != 200} == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_carries_its_locale(site: Site, page: str) -> None:
    """Language, direction, charset, title, end; nothing unrendered; unlike other locales'."""
    seen = set()
    for locale in site.locales.values():
        body = site.find(f"/{locale.code}/{page}").body.decode()
        lang = locale.target or locale.code
        direction = "rtl" if site.locales[lang].rtl else "ltr"
        assert f'<html lang="{lang}" dir="{direction}">' in body
        assert body.startswith("<!DOCTYPE html>")
        assert '<base target="_blank">' in body
        assert '<meta charset="utf-8">' in body
        assert re.search("<title>.+</title>", body)
        assert body.endswith("</html>\n")
        assert "@@" not in body
        seen.add(body)
    assert len(seen) == sum(locale.target is None for locale in site.locales.values())


def test_an_alias_serves_its_targets_bytes(site: Site) -> None:
    """Each path of an alias holds what the same path of its target does."""
    for path in site.paths():
        code, _, rest = path[1:].partition("/")
        if code in site.locales and site.locales[code].target:
            assert site.find(path).body == site.find(f"/{site.locales[code].target}/{rest}").body


def test_settings_are_off_and_months_twelve(site: Site) -> None:
    """config.json has debug off; date_format.json has an entry for each locale but aliases."""
    config = json.loads(site.find(f"/fr/{CONFIG}").body)
    assert config["fhr"]["debug"] == "false"
    months = json.loads(site.find(f"/fr/v4/{DATE_FORMAT}").body)
    assert set(months) == {code for code in site.locales if site.locales[code].target is None}
    for entry in months.values():
        names = entry["monthNameShort"].split(",")
        assert len(names) == 12
        assert all(names)


def test_images_and_fonts_are_what_they_say(site: Site) -> None:
    """A PNG decodes to its size, a WOFF tells its own length, an SFNT its tables."""
    png = site.find("/fr/img/header.png").body
    width, height = struct.unpack_from(">II", png, 16)
    size = struct.unpack_from(">I", png, 33)[0]
    assert len(zlib.decompress(png[41 : 41 + size])) == height * (1 + 3 * width)
    woff = site.find("/fr/fonts/standin-bold.woff").body
    assert struct.unpack_from(">4sII", woff) == (b"wOFF", 0x00010000, len(woff))
    eot = site.find("/fr/fonts/standin-bold.eot").body
    assert struct.unpack_from("<I", eot) == (len(eot),)
    for image in ("/fr/img/arrow.gif", "/fr/mobile/img/line.gif"):
        assert site.find(image).body[-1:] == b"\x3b"


def test_the_v4_scripts_speak_the_browsers_dialect(site: Site) -> None:
    """v4 holds an array comprehension only Mozilla's parser took, as the real page did."""
    assert b"[for (ping of pings) ping]" in site.find("/fr/v4/js/data_v4.js").body
    assert b"text/javascript;version=1.8" in site.find("/fr/v4/").body


@pytest.mark.parametrize(
    ("path", "status"),
    [("/xx/", 404), ("/", 404), ("/fr/js/none.js", 404), ("/fr", 301), ("/fr/v4", 301)],
)
def test_other_paths(site: Site, path: str, status: int) -> None:
    """What is not there is 404; a folder without its slash redirects to the one with it."""
    resource = site.find(path)
    assert resource.status == status
    assert status != 301 or resource.headers == (("location", f"{path}/"),)


def test_the_written_directory_is_what_is_served(site: Site, tmp_path: Path) -> None:
    """Each path of the site is a file with the same bytes, through links that stay inside."""
    folder = tmp_path / "www"
    write(site, folder)
    for path in site.paths():
        file = folder / path[1:]
        file = file / "index.html" if path.endswith("/") else file
        assert file.read_bytes() == site.find(path).body, path
        assert file.resolve().is_relative_to(folder)
    assert (folder / "he").readlink() == Path("en-US")
    assert not any(
        link.readlink().is_absolute() for link in folder.glob("*/*") if link.is_symlink()
    )


def test_writing_over_something_is_refused(site: Site, tmp_path: Path) -> None:
    """A directory that holds a file is left as it is."""
    (tmp_path / "kept").write_text("kept")
    with pytest.raises(UsageError, match=r"--write: .* is not empty"):
        write(site, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]


def test_locales_beyond_the_known_are_synthetic() -> None:
    """400 locales are the 100 known ones and 300 more, each with its own page."""
    chosen = choose(400)
    assert [locale.code for locale in chosen if locale.code not in KNOWN][-1] == "x0300"
    assert len(chosen) == 400
    assert b'lang="x0300"' in Site(chosen).find("/x0300/").body


def test_a_locale_file_knows_directions_and_aliases() -> None:
    """Comments and blank lines are left out; a bare known code has its known properties."""
    lines = read("# ours\n\nen-US\nhe rtl = en-US  # once\nur\n")
    assert lines == ["en-US", "he rtl = en-US", "ur"]
    assert [(each.code, each.rtl, each.target) for each in choose(lines)] == [
        ("en-US", False, None),
        ("he", True, "en-US"),
        ("ur", True, None),
    ]
    assert parse("he") == parse("he rtl = en-US")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (0, "found 0, allowed are 1 to 9999"),
        ([], "the list is empty"),
        (["fr", "fr"], "'fr' is listed twice"),
        (["he"], "he is an alias of en-US"),
        (["fr ltr"], "found 'fr ltr', allowed is CODE"),
        (["../etc"], "found '../etc'"),
    ],
)
def test_a_selection_that_cannot_be(wanted: int | list[str], message: str) -> None:
    """The message says what was found and what is allowed."""
    with pytest.raises(UsageError, match=re.escape(message)):
        choose(wanted)


def test_media_types_are_known_for_every_file(site: Site) -> None:
    """Text names its charset; a suffix the site does not have is refused."""
    assert {res.media for path, res in site.shared.items() if path.endswith(".css")} == {
        "text/css; charset=utf-8"
    }
    with pytest.raises(KeyError):
        media_of("page.php")
