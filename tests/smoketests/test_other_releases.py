"""The suite on releases of other times and shapes, sound ones and bad, behind a real nginx.

They differ in content alone, and so only the checks that never ask submission are run and required.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from behind_nginx import Served

SMOKETESTS = Path(__file__).parents[2] / "smoketests"
OF_CONTENT = [
    path.name
    for path in sorted(SMOKETESTS.glob("test_*.py"))
    if "submission" not in path.read_text("utf-8") and path.name != "test_browser.py"
]


def _required(served: Served, files: list[str]) -> list[str]:
    """Have the environment require the checks of these files alone, in a locale of each kind;
    return what a run is given.
    """
    _edit(served, r"locale = .*", 'locale = ["ar", "en-US", "he"]')
    return served.required(*files)


def _edit(served: Served, pattern: str, replacement: str) -> None:
    """Replace a part of the environment's file."""
    text, changes = re.subn(pattern, replacement, served.environment.read_text("utf-8"))
    assert changes == 1
    served.environment.write_text(text, "utf-8")


def _asks_for_nothing(served: Served) -> None:
    """The first releases: no settings, no month names, and no script that reads them."""
    for name in ("js/config.json", "js/locale/date_format.json"):
        served.shared(name).unlink()
        served.shared(f"v4/{name}").unlink()
    for script in served.site.glob("_shared/**/*.js"):
        script.write_text(re.sub(r'"js/[^"]*[.]json"', "null", script.read_text("utf-8")))


def _no_preferences(served: Served) -> None:
    """The first Android page: it asks for the payload alone."""
    script = served.shared("mobile/js/fhr.js")
    script.write_text(script.read_text("utf-8").replace("RequestCurrentPrefs", "Nothing"))


def _no_dockerflow(served: Served) -> None:
    """A site older than Dockerflow: a file with the commit, and no heartbeats."""
    for name in ("__version__", "__heartbeat__", "__lbheartbeat__"):
        (served.site / name).unlink()
    (served.site / "revision").write_text("1744ff18de39778d94bd35e6fccf73a59b6f26d0\n")
    release = 'url = "content:/revision"\nshape = "text"'
    _edit(served, r'url = "content:/__version__"', release)
    _edit(served, r"heartbeat = .*", "")


def _document_of_its_own(served: Served, commit: str = "1744ff18de39") -> None:
    """A site with a JSON document of another shape, which names the commit and no more."""
    (served.site / "__version__").unlink()
    document = {"build": {"commit": commit, "number": 12}}
    (served.site / "build.json").write_text(json.dumps(document))
    release = 'url = "content:/build.json"\nfield = "build.commit"'
    _edit(served, r'url = "content:/__version__"', release)


def _not_translated(served: Served) -> None:
    """A locale whose Android page nobody has translated yet: a link to the English one."""
    shutil.rmtree(served.site / "ar" / "mobile")
    (served.site / "ar" / "mobile").symlink_to("../en-US/mobile")
    _edit(served, r"\[params\]", '[params]\nborrowed = ["ar/mobile/=en-US"]')


def _no_release(served: Served) -> None:
    """A site that does not say which release it is, and has no heartbeats."""
    for name in ("__version__", "__heartbeat__", "__lbheartbeat__"):
        (served.site / name).unlink()
    _edit(served, r'\[release\]\nurl = "content:/__version__"\n', "")
    _edit(served, r"heartbeat = .*", "")


def _v4_of_the_desktop(served: Served) -> None:
    """The first v4 pages: they ask for what the desktop's ask for."""
    script = served.shared("v4/js/fhr_v4.js")
    text = script.read_text("utf-8").replace("RequestCurrentEnvironment", "RequestCurrentPrefs")
    script.write_text(text.replace("RequestTelemetryPing", "RequestPing"), "utf-8")
    _edit(served, r'"v4/=RequestCurrentEnvironment",', '"v4/=RequestCurrentPrefs",')
    _edit(served, r'"v4/=RequestTelemetryPingList",', "")
    _edit(served, r'"v4/=RequestTelemetryPingData",', "")


def _mobile_without_style(served: Served) -> None:
    """An Android page that the browser's own styles are enough for."""
    for page in served.site.glob("*/mobile/index.html"):
        if not page.is_symlink():
            text = re.sub(r'<link rel="stylesheet" .*?>', "", page.read_text("utf-8"))
            page.write_text(text, "utf-8")
    _edit(served, r"\[params\]", '[params]\nwithout_stylesheet = ["mobile/"]')


def _pages(served: Served) -> list[Path]:
    return [page for page in served.site.glob("*/index.html") if not page.parent.is_symlink()]


def _scripts_of_languages(served: Served) -> None:
    """Each page loads the texts of its own language for its scripts; English needs none."""
    for page in _pages(served):
        name = f"js/l10n/{page.parent.name}.js"
        if page.parent.name != "en-US":
            served.shared("js/l10n").mkdir(exist_ok=True)
            served.shared(name).write_text("var minutes = 'min';\n")
            text = page.read_text("utf-8").replace(
                "</body>", f'<script src="{name}"></script></body>'
            )
            page.write_text(text, "utf-8")


def _files_named_like_locales(served: Served) -> None:
    """Every page has an arrow, and a script, whose name is the code of a locale."""
    arrow = served.shared("v4/img/on.png").read_bytes()
    for sheet in served.site.glob("_shared/**/*.css"):
        (sheet.parent.parent / "img" / "ar.png").write_bytes(arrow)
        sheet.write_text(sheet.read_text("utf-8") + ".more { background: url(../img/ar.png) }\n")
    served.shared("js/ar.js").write_text("var arrows = 1;\n")
    for page in _pages(served):
        text = page.read_text("utf-8").replace("</body>", '<script src="js/ar.js"></script></body>')
        page.write_text(text, "utf-8")


def _loaded_by_require(served: Served) -> None:
    """RequireJS loads what the desktop page runs, by names of its own."""
    served.shared("js/require.js").write_text("var require = {}, define = {};\n")
    served.shared("js/main.js").write_text("require(['data', 'fhr'], function () {});\n")
    for page in _pages(served):
        text = re.sub(r'<script src="js/(?:data|fhr)[.]js"></script>', "", page.read_text("utf-8"))
        loader = '<script data-main="js/main" src="js/require.js"></script></body>'
        page.write_text(text.replace("</body>", loader), "utf-8")


OTHERS = [
    _asks_for_nothing,
    _no_preferences,
    _no_dockerflow,
    _document_of_its_own,
    _not_translated,
    _no_release,
    _v4_of_the_desktop,
    _mobile_without_style,
    _scripts_of_languages,
    _files_named_like_locales,
    _loaded_by_require,
]


@pytest.mark.parametrize("change", OTHERS, ids=lambda change: change.__name__.strip("_"))
def test_a_release_that_is_otherwise_sound(
    served: Served, suite_here: Callable, change: Callable[[Served], None]
) -> None:
    """What FHR was at other times, or is elsewhere, is no reason to roll back."""
    change(served)
    ended = suite_here(*_required(served, OF_CONTENT))
    assert ended.code == 0, ended.output


def test_settings_are_lost_that_scripts_name_in_two_pieces(
    served: Served, suite_here: Callable
) -> None:
    """Nothing refers to them then, and still they are needed."""
    _in_two_pieces(served)
    served.shared("js/config.json").unlink()
    ended = suite_here(f"--env={served.environment}", "smoketests/test_config.py")
    assert "test_config.py::test_config_json_never_404s" in ended.failed_checks()


def _in_two_pieces(served: Served) -> None:
    for script in served.site.glob("_shared/**/*.js"):
        text = script.read_text("utf-8")
        script.write_text(re.sub(r'"(js/[^"]*)[.]json', r'"\1" + ".json', text))


def test_heartbeats_are_lost(served: Served, suite_here: Callable) -> None:
    """One that the environment names must be there, another need not."""
    (served.site / "__heartbeat__").unlink()
    ended = suite_here(f"--env={served.environment}")
    assert ended.failed_checks() == {"test_site.py::test_the_deployment_says_it_is_well"}
    _edit(served, r"heartbeat = .*", 'heartbeat = ["__lbheartbeat__"]')
    ended = suite_here(*_required(served, ["test_site.py"]))
    assert ended.code == 0, ended.output


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("HEAD", OF_CONTENT),
        ("fatal: Not a git repository: .git", ["test_site.py"]),
        ("<html></html>", ["test_site.py"]),
    ],
    ids=["HEAD", "fatal", "page"],
)
def test_a_version_that_is_none(
    served: Served, suite_here: Callable, text: str, files: list[str]
) -> None:
    """What a deploy script writes into a file of its own where git could not tell. No other check
    takes offence.
    """
    _no_dockerflow(served)
    (served.site / "revision").write_text(f"{text}\n")
    ended = suite_here(*_required(served, files))
    assert ended.code == 1, ended.output
    caught_by = "test_site.py::test_the_version_document_says_what_is_deployed"
    assert ended.failed_checks() == {caught_by}


@pytest.mark.parametrize("commit", ["", "${COMMIT}", "HEAD"])
def test_a_document_of_its_own_that_names_no_release(
    served: Served, suite_here: Callable, commit: str
) -> None:
    """Nobody filled the commit in."""
    _document_of_its_own(served, commit)
    ended = suite_here(*_required(served, ["test_site.py"]))
    assert ended.code == 1, ended.output
    caught_by = "test_site.py::test_the_version_document_says_what_is_deployed"
    assert ended.failed_checks() == {caught_by}
