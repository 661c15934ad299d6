"""The handbook of another team: what it says where its environment says little, and that nothing of
the environment's file is ever run.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import Command, commands, type_in
from clones import Clone

from knowngood.cli import main as cli
from knowngood.environment import loader
from knowngood.environment.model import BadEnvironment
from knowngood.handbook.page import CHECKS, render

SHOP = """
description = "a shop"
[origins]
shop-a = "http://shop.test"
[secrets]
token = "SHOP_TOKEN_THAT_IS_NOT_SET"
"""
RELEASE = '[release]\nurl = "shop-a:/version?x=1"\nrepository = "shop.git"\n'
HOSTILE = "a'b\"$(pwned)`pwned`;pwned;&*"

Render = Callable[..., str]


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Render:
    """Return a function that renders the handbook of an environment file."""
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)

    def rendered(text: str, checks: str = "", **files: str) -> str:
        folder = tmp_path / "environments"
        for name, content in {"shop.toml": text, **files}.items():
            (folder / name).write_text(content)
        if checks:
            (folder / CHECKS).write_text(checks)
        return render(loader.load_here("shop", secrets=False))

    return rendered


def test_what_is_missing_is_named(rendered: Render) -> None:
    """Each line of the file that would give a command; no secret, no record, no git."""
    page = rendered(SHOP)
    assert page.startswith("# shop by hand\n")
    for table, key in (("release", "url"), ("release", "repository"), ("deploy", "command")):
        assert f"(environments/shop.toml does not say it: [{table}] {key})" in page
    assert "Write the commands for this into environments/by_hand.sh.j2." in page
    assert "git " not in "".join(command.text for command in commands(page))


def test_the_suite_s_own_checks(rendered: Render) -> None:
    """They know the environment and its origins."""
    page = rendered(
        SHOP, "# It is there. Prints: yes\ncurl {{ origin['shop-a'] }}/{{ env.name }}\n"
    )
    [check] = [command for command in commands(page) if command.section == "2. Verify"]
    assert (check.claim, check.prints) == ("It is there.", "yes")
    assert check.text == "curl http://shop.test/shop\n"


@pytest.mark.parametrize("checks", ["{{ origin.nowhere }}", "{% if %}", "{{ unknown }}"])
def test_checks_that_are_no_template(rendered: Render, checks: str) -> None:
    """The message names their file."""
    with pytest.raises(BadEnvironment, match=re.escape(CHECKS)):
        rendered(SHOP, checks)


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ('requires = ["load"]', "refs/tags/verified/load\n"),
        ('requires = ["load"]', "for name in shop load; do"),
        ("max_age = 0.5\nrequires = ['load']", "in the last 0.5 days"),
        ('mark = "ok: .+"', "somebody reviewed each (ok: .+)"),
        ('branch = "main"', '"$commit" origin/main && echo yes'),
        ('holidays = ["2026-12-25"]', "Never push on Friday, 2026-12-25 (UTC)."),
        ('timezone = "Europe/Berlin"', "Never push on Friday (Europe/Berlin)."),
        ('signers = "file:signers"', 'git -C site tag -s "$tag"'),
        ('signers = "file:signers"', "verify-tag verified/shop/"),
        ('signers = "file:signers"', "git config --global gpg.format ssh"),
        ('signers = "file:signers"\napprove = "ann@*"', "refs/tags/approved/shop\n"),
        ('signers = "file:signers"\napprove = "ann@*"', "# It was ann@*, and not you"),
    ],
)
def test_the_gate_s_rules(rendered: Render, gate: str, expected: str) -> None:
    """Each stands on the page as the file has it, and not without."""
    plain = rendered(SHOP + RELEASE, signers="ann@example.org ssh-ed25519 AAAA\n")
    assert expected not in plain
    assert expected in rendered(f"{SHOP}{RELEASE}[gate]\n{gate}\n")


@pytest.mark.parametrize(
    ("origin", "printed"),
    [
        ("https://ann:secret@example.org/shop.git", "https://example.org/shop.git"),
        ("git@example.org:shop.git", "git@example.org:shop.git"),
        ("../server.git", "{folder}/server.git"),
        ("", "shop.git"),
    ],
)
def test_a_clone_of_the_releases(
    rendered: Render, tmp_path: Path, origin: str, printed: str
) -> None:
    """The page clones its origin, where knowngood keeps records and locks, too; and no password."""
    subprocess.run(["git", "init", "--quiet", "shop.git"], cwd=tmp_path, check=True, timeout=400)
    if origin:
        options = ["-C", "shop.git", "config", "remote.origin.url", origin]
        subprocess.run(["git", *options], cwd=tmp_path, check=True, timeout=400)
    page = rendered(SHOP + RELEASE)
    assert f"git clone --quiet {printed.format(folder=tmp_path)} site\n" in page


def test_signatures(
    rendered: Render, clone: Clone, tmp_path: Path, keys: Callable[[str], str]
) -> None:
    """Those of signers are good; one with another key is not."""
    rules = '[gate]\nbranch = "main"\nsigners = "file:signers"\napprove = "ann@*"\n'
    signers = keys("ann")
    page = rendered(SHOP + RELEASE.replace("shop.git", str(clone.path)) + rules, signers=signers)
    clone.tag("v8", "v8")
    passed = clone.record("verified", "v8", "shop").rpartition("/")[2]
    good = clone.record("approved", "v8", "shop").removeprefix("refs/tags/")
    keys("eve")
    bad = clone.record("approved", "v8", "shop").removeprefix("refs/tags/")
    fetch, *_ = commands(page)
    signed = [c for c in commands(page) if "verify-tag" in c.text or "approved/shop" in c.text]
    chosen = Command("", "", None, "release=v8 commit=$(git -C site rev-parse v8^{commit})\n")
    typed = [
        replace(command, text=command.text.replace("TIME", passed).replace("NAME", name))
        for name in (good, bad)
        for command in signed
    ]
    printed = type_in([fetch, chosen, *typed], tmp_path)
    assert [one.right for one in printed] == [True, True, True, True, True, True, True, False]


def test_how_it_passed_before(rendered: Render) -> None:
    """Level and age count on the environment that the release comes from, not for other names."""
    promoted = 'promotes_from = "test"\n' + SHOP
    plain = rendered(promoted + RELEASE, **{"test.toml": SHOP.replace("shop.test", "test.test")})
    assert "minutes ago" not in plain
    assert '"level"' not in plain
    rules = '[gate]\nlevel = "full"\nwait = "3h"\nrequires = ["load"]\n'
    page = rendered(promoted + RELEASE + rules)
    assert "passed on test in the last 7 days, at least 180 minutes ago. Prints:" in page
    assert page.count("minutes ago") == page.count("""| grep '"level"'""") == 1
    assert len(page.splitlines()) <= 80


def test_days_without_change(rendered: Render) -> None:
    """Where every day will do nothing is said."""
    assert "Never push" in rendered(SHOP + RELEASE)
    assert "Never push" not in rendered(f"{SHOP}{RELEASE}[gate]\nno_change = []\n")


def test_every_edge_is_asked_what_is_live(rendered: Render) -> None:
    """With the addresses as curl takes them."""
    edges = '["192.0.2.1", "[2001:db8::1]:8443", "2001:db8::2", "edge.test:81"]'
    page = rendered(SHOP + RELEASE + f"[edges]\nshop-a = {edges}\n")
    asked = re.findall(r"^curl -sSg --\S+ (\S+) (.*)$", page, re.M)
    assert [edge.strip("'") for edge, _ in asked] == [
        "shop.test:80:192.0.2.1",
        "shop.test:80:[2001:db8::1]:8443",
        "shop.test:80:[2001:db8::2]",
        "shop.test:80:edge.test:81",
    ]
    assert {url for _, url in asked} == {"'http://shop.test/version?x=1'"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('description = "x"\n[serve]\ncommand = ["x"]\norigins = ["a"]\n', r"has \[serve\]"),
        (f'{SHOP}[deploy]\ncommand = ["a\\u001bb"]\n', "control character"),
        (f'{SHOP}[deploy]\ncommand = ["a\\u202eb"]\n', "control character"),
    ],
)
def test_no_handbook(rendered: Render, text: str, message: str) -> None:
    """Of a deployment that does not stay, or of text that a terminal would obey."""
    with pytest.raises(BadEnvironment, match=message):
        rendered(text)


def toml(text: str) -> str:
    """Return ``text`` as a string in TOML."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text).replace("\n", "\\n") + '"'


def test_data_stays_data(rendered: Render, tmp_path: Path) -> None:
    """Nothing of the environment's file is run, wherever it stands in a command."""
    words = ", ".join(map(toml, ("./deploy", HOSTILE, "two\nlines", "--{release}={commit}")))
    page = rendered(f"""
description = {toml(HOSTILE)}
[origins]
shop-a = "http://x$(pwned)';pwned;'"
[release]
url = "shop-a:/'$(pwned)"
repository = {toml(HOSTILE)}
[gate]
mark = {toml("'; pwned; '" + re.escape(HOSTILE))}
[deploy]
command = [{words}]
""")
    (tmp_path / "bin").mkdir()
    for name, script in (
        ("bin/curl", "true"),
        ("bin/git", "echo COMMIT"),
        ("bin/pwned", 'touch "$0.ran"'),
        ("deploy", "printf '%s\\n--\\n' \"$@\" > deployed"),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    type_in([c for c in commands(page) if c.section[0] in "#12"], tmp_path)
    assert not (tmp_path / "bin" / "pwned.ran").exists()
    deployed = (tmp_path / "deployed").read_text().split("\n--\n")
    assert deployed == [HOSTILE, "two\nlines", "--RELEASE=COMMIT", ""]
    type_in(commands(page), tmp_path)
    assert not (tmp_path / "bin" / "pwned.ran").exists()


def test_the_command(rendered: Render, tmp_path: Path) -> None:
    """It prints the page and ends with 0; no check is loaded."""
    page = rendered(SHOP)
    (tmp_path / "test_broken.py").write_text("import no_such_module\n")
    ended = subprocess.run(
        [sys.executable, "-m", "knowngood", "handbook", "--env=shop"],
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, page, "")


def test_a_mistake_is_a_usage_error(rendered: Render, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 4, and nothing but the message is printed."""
    rendered(SHOP)
    assert cli.run(["handbook", "--env=shpo"]) == 4
    output, error = capsys.readouterr()
    assert output == ""
    assert "knowngood handbook: error: --env 'shpo'" in error
