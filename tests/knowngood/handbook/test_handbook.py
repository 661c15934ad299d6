"""The handbook of another team: what it says where there is little to say, that data stays data,
and that its shell answers as the commands do.
"""

import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from by_hand import steps, typed_in, with_variables

from knowngood.environment.model import Environment, GateRules, Release
from knowngood.handbook import shell
from knowngood.handbook.instruction import Example, Told, listed, told, within
from knowngood.release import gate, record_store
from knowngood.release.git import Repository
from knowngood.release.record import Record, RecordKind
from knowngood.release.review import ReviewRule

CHECKS = '''
"""The shop: people buy things in it."""
import pytest

@pytest.mark.get("shop-a:/{page}?q={*word}", follow=True)
def test_a_page_is_there(response):
    """It is there."""

@pytest.mark.get("shop-a:/{page}?q={*word}", follow=True)
def test_a_page_is_whole(response):
    """It ends as it should,
    at its end.
    """

@pytest.mark.head("env:/health")
def test_it_is_well(responses):
    """It says so.

    $ curl -sS "$env_/health" |
    >   sed 's/a/b/'
    well

    $ true

    And nothing else matters.
    """

@pytest.mark.origin("shop-a")
def test_a_walk(client):
    """Somebody buys something."""

@pytest.mark.get("elsewhere:/")
def test_not_ours(response):
    """Another environment has that."""
'''
SHOP = """
description = "a shop"
[origins]
shop-a = "http://shop.test"
env = "http://health.test"
[params]
page = ["de", "en-US"]
word = ["a&b", ""]
[secrets]
token = "SHOP_TOKEN_THAT_IS_NOT_SET"
"""

Print = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def handbook(tmp_path: Path) -> Print:
    """Prints the handbook of an environment with this text."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "checks").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["checks"]\n')
    (tmp_path / "checks" / "test_shop.py").write_text(CHECKS)

    def run(text: str, name: str = "shop") -> subprocess.CompletedProcess[str]:
        (tmp_path / "environments" / f"{name}.toml").write_text(text)
        return subprocess.run(
            [sys.executable, "-m", "knowngood", "handbook", f"--env={name}"],
            cwd=tmp_path,
            env={k: v for k, v in os.environ.items() if "PYTEST" not in k},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder where steps are typed; ``curl`` says what it was given, and asks nobody; ``pwned``
    is a command that data of an environment would like to be.
    """
    path = tmp_path / "desk"
    (path / "bin").mkdir(parents=True)
    curl = "#!/bin/sh\nprintf '<%s>' \"$@\"; echo\n"
    for name, text in (("curl", curl), ("pwned", '#!/bin/sh\ntouch "$0.ran"\n')):
        (path / "bin" / name).write_text(text)
        (path / "bin" / name).chmod(0o755)
    return path


def test_another_team(handbook: Print, desk: Path) -> None:
    """Origins of any name, checks with and without commands; no secret is needed."""
    ended = handbook(SHOP)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("# shop by hand\n")
    assert "- A walk. Somebody buys something.\n" in ended.stdout.partition("## Not by hand")[2]
    assert "Another environment has that" not in ended.stdout
    typed = {each.text: each for each in steps(ended.stdout)}
    well = typed["It is well. It says so. And nothing else matters."]
    assert (well.command, well.output) == ("true", "")  # the second of two
    asked = typed["What comes back, and what it needs:"]
    assert asked.command == """curl -sSg -i -L "$shop_a"'/en-US?q=a&b'"""
    assert "- A page is there. It is there.\n- A page is whole. It ends as it should, at its end."
    came = typed_in([steps(ended.stdout)[0], asked], desk)[1]
    assert came.output == "<-sSg><-i><-L><http://shop.test/en-US?q=a&b>"


def test_what_is_missing_is_named(handbook: Print) -> None:
    """Each line of the file that would give a command, and what to do without."""
    said = handbook(SHOP).stdout
    for table, key in (("release", "url"), ("release", "repository"), ("deploy", "command")):
        assert f"`{key}` below `[{table}]` in environments/shop.toml would give" in said
    assert "git " not in "".join(each.command for each in steps(said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('description = "x"\n[serve]\ncommand = ["x"]\norigins = ["a"]\n', "has [serve]"),
        ('description = "x"\n', "needs [origins]"),
        (f'{SHOP}[deploy]\ncommand = ["a\\u001bb"]\n', "control character"),
    ],
)
def test_a_mistake(handbook: Print, text: str, said: str) -> None:
    """It is a usage error that says what is wrong, and nothing is printed."""
    ended = handbook(text)
    assert (ended.returncode, ended.stdout) == (4, "")
    assert said in ended.stderr


def test_checks_that_cannot_be_read(handbook: Print, tmp_path: Path) -> None:
    """Pytest's own words, and its own exit code: half a handbook is none."""
    (tmp_path / "checks" / "test_broken.py").write_text("import no_such_module\n")
    ended = handbook(SHOP)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no_such_module" in ended.stderr


HOSTILE = "a'b\"$(pwned)`pwned`;pwned;&*"


def toml(text: str) -> str:
    """A TOML string."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text).replace("\n", "\\n") + '"'


def test_data_stays_data(handbook: Print, desk: Path) -> None:
    """Nothing of the environment's file is run, wherever it stands in a command."""
    words = ", ".join(map(toml, ("./deploy", HOSTILE, "two\nlines", "--{release}={commit}")))
    text = f"""
description = {toml(HOSTILE)}
[origins]
shop-a = "http://x$(pwned)';pwned;'"
[params]
page = ["a&pwned&b"]
word = ["~", "?"]
[release]
url = "shop-a:/'$(pwned)"
field = {toml(HOSTILE)}
repository = {toml(HOSTILE)}
[gate]
review = {toml("'; pwned; '" + re.escape(HOSTILE))}
[deploy]
command = [{words}]
"""
    ended = handbook(text)
    assert ended.returncode == 0, ended.stderr
    typed = with_variables(steps(ended.stdout), {"release": HOSTILE})
    waiting = [each for each in typed if each.command.startswith("tries=")]
    typed = [each for each in typed if each not in waiting]
    deploying = next(n for n, each in enumerate(typed) if "./deploy" in each.command)
    given = 'commit="$release"\n' + typed[deploying].command
    typed[deploying] = type(typed[0])("", "", given, None)
    (desk / "deploy").write_text("#!/bin/sh\nprintf '%s\\n--\\n' \"$@\" > deployed\n")
    (desk / "deploy").chmod(0o755)
    typed_in(typed, desk)
    assert not (desk / "bin" / "pwned.ran").exists()
    told = (desk / "deployed").read_text().split("\n--\n")
    assert told == [HOSTILE, "two\nlines", f"--{HOSTILE}={HOSTILE}", ""]


def test_the_parts_of_a_docstring() -> None:
    """Words, commands over several lines, and what must come back."""
    doc = "Claim.\n\n    $ a |\n    >   b\n    > c\n    out\n      put\n    $ d\n\n    More."
    found = told(doc)
    assert found == Told("Claim. More.", (Example("a |\n  b\nc", "out\n  put"), Example("d", "")))
    assert told("Costs $ 5.\n$ no command").examples == ()


@pytest.mark.parametrize("value", ["", "a b", "a\nb", "a\u2028b"])
def test_a_list_of_words_alone(value: str) -> None:
    """What a shell would split is in no list."""
    assert listed(["fine", value]) is None


@pytest.mark.parametrize(
    "word", ["", "{env}", "x{env}y{env}", "{other}", HOSTILE, "a b{env}", "${env}"]
)
def test_a_word_with_fields(word: str) -> None:
    """A shell makes of it what Python does."""
    inserted = within(word, {"{env}": '"$env"'})
    command = f"env={shlex.quote(HOSTILE)}; printf %s {inserted}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == word.replace("{env}", HOSTILE)


MARKS = """r=bob;Fix r=bob;(r=bob);r=bob,al;r=me;r=me,bob;r=me.too;r=me@x.org;r=mel;r=m
r=m.x;sr=bob;?r=bob;r?bob;r=bob?;r=bob.;r=bob?!;r= bob;r=:bob;r=#bob;r=_x;r=9
r=-x;.r=bob;xr=bob;r=me.;r=me,me;[r=bob];r=mb;r=m-x;r=me-x;r=me.?;R=bob;"r=bob"
r=élise;r=bob, r=al?;r=al? r=bob;;r=me_x;r=m?;r=me;r=me+x"""


@pytest.mark.parametrize("message", re.split("[;\n]", MARKS))
def test_the_mark_for_grep(message: str) -> None:
    """Grep -E finds the usual review mark where the commands do."""
    command = ["grep", "-Eq", "-e", shell.REVIEWED]
    done = subprocess.run(command, input=message, text=True, check=False)
    assert (done.returncode == 0) == ReviewRule.usual().marks(message)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with four releases, of git with no settings but a name."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Ann\nemail = ann@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    path = tmp_path / "site"
    path.mkdir()
    repository = Repository(path)
    repository.run("init", "--quiet")
    for name in ("v1", "v2", "v3", "team/v4"):
        repository.run("commit", "--quiet", "--allow-empty", "-m", f"{name} r=bob")
        repository.run("tag", "-a", name, "-m", name)
    return repository


ENVIRONMENT = Environment(
    name="prod",
    path=Path("environments/prod.toml"),
    description="",
    release=Release("content:/v", repository="site"),
    gate=GateRules(max_age=2),
)


def shelled(site: Repository, *commands: str) -> list[str]:
    """What these commands print in a shell that has the functions."""
    functions = shell.functions(ENVIRONMENT)
    script = "\n".join((functions, *(f"{each}; printf '\\036'" for each in commands)))
    done = subprocess.run(
        ["sh", "-c", script], cwd=site.path, capture_output=True, text=True, check=False, timeout=60
    )
    return [each.strip() for each in done.stdout.split("\036")[:-1]]


@pytest.mark.parametrize("seed", range(6))
def test_the_shell_answers_as_the_commands_do(site: Repository, seed: int) -> None:
    """Over histories drawn at random: the last known good release, and how one was judged."""
    chance = random.Random(seed)  # noqa: S311 - to be drawn again
    now = datetime.now(UTC)
    releases = ("v1", "v2", "v3", "team/v4")
    commits = {name: site.commit_of(name) or "" for name in releases}
    for number in range(12):
        name = chance.choice(releases)
        verdict = chance.choice(["PASSED", "PASSED", "FAILED", "INCONCLUSIVE", "INTERNAL ERROR"])
        when = now - timedelta(days=4, hours=-7 * number, microseconds=number)
        place = chance.choice(["prod", "prod", "stage"])
        record_store.write(
            site,
            Record(RecordKind.VERIFIED, place, name, commits[name], when, verdict, where="host"),
        )
    moved = chance.choice(releases)
    site.run("tag", "-f", "-a", moved, "-m", "moved", commits["v1"])
    found = record_store.read(site, now, ["prod", "stage"])
    trusted = gate.believed(ENVIRONMENT, site)
    buts = ["", *commits.values()]
    expected = []
    for but in buts:
        good = found.last_good("prod", lambda r, but=but: r.commit != but and trusted(r))
        expected.append(f"{good.commit} {good.release}" if good is not None else "")
    assert shelled(site, *(f"last_good prod {but}" for but in buts)) == expected

    judged = []
    for commit in commits.values():
        mine = [r for r in found.of("stage", RecordKind.VERIFIED) if r.commit == commit]
        last = next((r for r in mine if r.passed or r.failed), None)
        old = last is not None and last.passed and now - last.when > timedelta(days=2)
        judged.append("too old" if old else last.verdict if last is not None else "")
    commands = [f"commit={commit}; judged stage 172800" for commit in commits.values()]
    assert shelled(site, *commands) == judged


def test_records_that_must_be_signed(site: Repository, tmp_path: Path) -> None:
    """Where the gate names signers a PASSED counts only if one of them signed it."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    key = tmp_path / "key"
    making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(making, check=True)
    public = key.with_suffix(".pub").read_text()
    signers = tmp_path / "signers"
    signers.write_text(f"ann@example.org {public}")
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key))):
        site.run("config", name, value)
    site.run("remote", "add", "origin", str(site.path))
    strict = replace(ENVIRONMENT, gate=GateRules(signers=signers))
    plain, signing = shell.functions(ENVIRONMENT), shell.functions(strict)
    first = f"env=prod release=v1 commit={site.commit_of('v1')}; note verified PASSED"
    second = f"env=prod release=v2 commit={site.commit_of('v2')}; note verified PASSED"
    script = f"here={tmp_path} signers=signers\n{signing}\n{first}\n{plain}\n{second}\n"
    script += f"last_good prod\njudged prod 99\n{signing}\nlast_good prod\njudged prod 99\n"
    done = subprocess.run(
        ["sh", "-c", script], cwd=site.path, capture_output=True, text=True, check=True, timeout=60
    )
    one, other = (f"{site.commit_of(name)} {name}" for name in ("v2", "v1"))
    assert done.stdout.splitlines() == [one, "PASSED", other]
    found = record_store.read(site, datetime.now(UTC), ["prod"])
    good = found.last_good("prod", gate.believed(strict, site))
    assert good is not None
    assert good.release == "v1"


@pytest.mark.parametrize("kind", shell.WRITTEN)
def test_what_is_written_down_is_a_record(site: Repository, kind: RecordKind) -> None:
    """Of every kind, with any reason; two in one second are two."""
    verdict = {RecordKind.VERIFIED: "FAILED", RecordKind.OVERRIDDEN: "OVERRIDDEN"}.get(
        kind, "DEPLOYED"
    )
    why = HOSTILE + "\\ \n\tEND"
    note = f"env=prod release=v2 commit={site.commit_of('v2')}; note {kind} {verdict} "
    site.run("remote", "add", "origin", str(site.path))
    shelled(site, note + shlex.quote(why), note)
    found = record_store.read(site, datetime.now(UTC), ["prod"])
    assert found.bad == ()
    second, first = found.all
    assert (first.kind, first.verdict, first.release) == (kind, verdict, "v2")
    assert first.reason == why.replace("\n", " ").replace("\t", " ")
    assert (second.reason, second.who) == ("by hand", "Ann <ann@example.org>")


def test_the_shell_s_own_variables_are_kept() -> None:
    """No origin and no param takes the name of a variable that the functions set."""
    texts = [shell.functions(ENVIRONMENT), shell.there(Release("a:/"))]
    texts.append(shell.live(ENVIRONMENT, Release("a:/"), "a"))
    text = "\n".join(texts)
    names = set(re.findall(r"(?:^|[\s;(])([a-z]+)=[\"$\w]", text))
    names |= {n for found in re.findall(r"read -r ([a-z ]+);", text) for n in found.split()}
    assert names <= shell.NAMES
    assert {"time", "when"} <= names


def test_every_edge_is_asked(desk: Path) -> None:
    """What is live is what each edge says, addresses as curl takes them."""
    edges = {"site": ("192.0.2.1", "[2001:db8::1]:8443", "2001:db8::2", "edge.test:81")}
    known = Environment("prod", Path("prod.toml"), "", edges=edges)
    text = shell.live(known, Release("site:/v", shape="text"), "site")
    done = subprocess.run(
        ["sh", "-c", f"site=http://s\n{text}\nlive"],
        env={**os.environ, "PATH": f"{desk / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    asked = set(re.findall(r"<--connect-to><(.*?)>", done.stdout))
    assert asked == {
        "::192.0.2.1:", "::[2001:db8::1]:8443", "::[2001:db8::2]:", "::edge.test:81"
    }  # fmt: skip
