"""What is wrong with a check's own code never rolls a release back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from suite_run import SuiteRun
from wire import answer

Run = Callable[..., SuiteRun]

HEAD = "import pytest\n"
ASKS = '@pytest.mark.get("content:/")\n'
BROKEN = {
    "async": f"{ASKS}async def test_it(response):\n    assert response.status_code == 404\n",
    "scope": (
        '@pytest.fixture(scope="session")\ndef wide(response):\n    return response\n\n'
        f"{ASKS}def test_it(response, wide):\n    assert True\n"
    ),
    "fixture": (
        "@pytest.fixture\ndef login():\n    assert 1 == 2\n\n"
        f"{ASKS}def test_it(response, login):\n    assert True\n"
    ),
    "fixture-key": (
        "@pytest.fixture\ndef login():\n    return {}['user']\n\n"
        f"{ASKS}def test_it(response, login):\n    assert True\n"
    ),
    "no-such-fixture": f"{ASKS}def test_it(response, logn):\n    assert True\n",
    "secret": f"{ASKS}def test_it(response, environment):\n    environment.secrets['tokn']\n",
    "param": f"{ASKS}def test_it(response, environment):\n    environment.params['local']\n",
    "case": f"{ASKS}def test_it(response, case):\n    case['local']\n",
    "schema": f"{ASKS}def test_it(response, schema):\n    schema('cnfig').check(response)\n",
    "import": f"{ASKS}def test_it(response):\n    import no_such_module\n",
    "name": f"{ASKS}def test_it(response):\n    assert respnse.status_code == 200\n",
    "attribute": f"{ASKS}def test_it(response):\n    assert response.staus_code == 200\n",
    "returns": f"{ASKS}def test_it(response):\n    return response.status_code == 404\n",
    "arguments": f"{ASKS}def test_it(response):\n    response.json(1, 2, 3)\n",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN)
def test_a_check_that_is_broken(small_suite: Run, source: str) -> None:
    """Hold, or a usage error."""
    result = small_suite(HEAD + source)
    assert result.code in (4, 75), result.output


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        ("response.status_code == 404", "it compares something and does nothing"),
        ("'x' in response.text", "it compares something and does nothing"),
        ("pass", "it asserts nothing"),
        ("response.json()['id']", ""),
        ("response.raise_for_status()", ""),
        ("if response.status_code == 404: raise AssertionError", ""),
        ("assert 100 < response.status_code < 300", ""),
        ("number = response.status_code == 200\n    assert number", ""),
    ],
)
def test_a_check_that_forgets_to_assert(small_suite: Run, body: str, warning: str) -> None:
    """It would hold whatever is answered: the run warns."""
    found = answer('{"id": 1}', headers={"Content-Type": "application/json"})
    result = small_suite(f"{HEAD}{ASKS}def test_it(response):\n    {body}\n", play=found)
    assert result.code == 0, result.output
    assert len(result.verdict["warnings"]) == bool(warning)
    assert all(warning in line for line in result.verdict["warnings"])


def test_a_check_whose_fixture_asserts(small_suite: Run) -> None:
    """Its own body need not."""
    source = (
        "@pytest.fixture\ndef home(response):\n    assert response.status_code == 200\n\n"
        f"{ASKS}def test_it(response, home):\n    pass\n"
    )
    assert small_suite(HEAD + source).verdict["warnings"] == []


@pytest.mark.parametrize(
    "login",
    [
        "assert client.get('/login').status_code == 404",
        "response = client.get('/login')\n    assert response.status_code == 404",
        "answer = client.get('/login')\n    assert answer.json()['token']",
    ],
)
def test_a_fixture_that_reads_a_wrong_answer(small_suite: Run, login: str) -> None:
    """Where a fixture asserts something of an answer, the deployment is wrong."""
    source = (
        f"{HEAD}@pytest.fixture\ndef login(client):\n    {login}\n\n"
        '@pytest.mark.origin("content")\ndef test_it(login):\n    assert True\n'
    )
    result = small_suite(source)
    assert result.code == 1, result.output


def test_samples_that_a_fixture_takes(small_suite: Run) -> None:
    """It would see the first of them alone, and the check hold for the others unseen."""
    source = (
        f"{HEAD}@pytest.fixture\ndef status(response):\n    return response.status_code\n\n"
        '@pytest.mark.get("content:/", samples=3)\n'
        "def test_it(status):\n    assert status == 200\n"
    )
    result = small_suite(source)
    assert result.code == 4, result.output
    assert "Take the answers in the check itself" in result.output


@pytest.mark.parametrize("mark", ["hed('content:/x')", "catch('x')", "skpif(True, reason='')"])
def test_a_mark_that_is_misspelt(small_suite: Run, mark: str) -> None:
    """Pytest would ignore it, and what it asks for would not be checked."""
    source = f"{HEAD}@pytest.mark.{mark}\n{ASKS}def test_it(response): pass\n"
    result = small_suite(source, "-Wdefault")
    assert result.code == 4, result.output
    assert f"there is no mark {mark.partition('(')[0]!r}; write " in result.output


@pytest.mark.parametrize("takes", ["login", "response, login"])
def test_a_fixture_that_is_not_there(small_suite: Run, takes: str) -> None:
    """Such as one of another file: it is named, and where it belongs."""
    result = small_suite(f"{HEAD}{ASKS if 'response' in takes else ''}def test_it({takes}): pass\n")
    assert result.code == 75, result.output
    assert "there is no fixture 'login' here; one for several files belongs in" in result.output


ACCEPTED = """[[advisory]]
check = "{}/test_it.py::test_it"
reason = "bug 1"
until = 2099-01-01
"""


@pytest.mark.parametrize(("accepted", "code"), [("api", 0), ("web", 1)])
def test_two_checks_of_one_name_in_two_folders(
    small_suite: Run, tmp_path: Path, accepted: str, code: int
) -> None:
    """They are told apart by the folder: an advisory on one accepts nothing of the other."""
    source = f"{HEAD}{ASKS}def test_it(response):\n    assert response.status_code == 200\n"
    folder = tmp_path / "checks" / "api"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "test_it.py").write_text(source.replace("== 200", "== 201"))
    (tmp_path / "checks" / "web").mkdir()
    (tmp_path / "checks" / "web" / "__init__.py").touch()
    (tmp_path / "checks" / "web" / "test_it.py").write_text(source)
    result = small_suite(source, tail=ACCEPTED.format(accepted))
    assert result.code == code, result.output


def test_two_checks_of_one_name_below_two_folders(small_suite: Run, tmp_path: Path) -> None:
    """Nothing tells them apart: a usage error."""
    source = f"{HEAD}{ASKS}def test_it(response):\n    assert response.status_code == 200\n"
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "test_it.py").write_text(source)
    result = small_suite(source, "checks", "more")
    assert result.code == 4, result.output
    assert (
        "checks/test_it.py::test_it and more/test_it.py::test_it are both called" in result.output
    )


def test_a_check_that_another_takes_the_place_of(small_suite: Run) -> None:
    """Python keeps the second of two functions of one name, and says nothing."""
    one = f"{ASKS}def test_it(response):\n    assert response.status_code == 200\n"
    result = small_suite(f"{HEAD}{one}\n{one}")
    lines = f"{HEAD}{one}\n{one}".splitlines()
    first, second = (n for n, line in enumerate(lines, 1) if line.startswith("def test_it"))
    assert result.code == 4, result.output
    assert f"test_it.py:{second}: a second test_it; the first, at line {first}" in result.output


def test_functions_of_one_name_that_lose_no_check(small_suite: Run) -> None:
    """What is no check, and one of two branches."""
    check = "def test_it(response):\n        assert response.status_code == 200\n"
    branches = f"if True:\n    {ASKS}    {check}else:\n    {ASKS}    {check}"
    result = small_suite(f"{HEAD}def words(): pass\ndef words(): pass\n{branches}")
    assert result.code == 0, result.output


@pytest.mark.parametrize(("test", "code"), [("(True, 'words')", 4), ("(True), 'words'", 0)])
def test_an_assertion_that_always_holds(small_suite: Run, test: str, code: int) -> None:
    """Parentheses around condition and words make a pair of them."""
    result = small_suite(f"{HEAD}{ASKS}def test_it(response):\n    assert {test}\n", "-Wdefault")
    assert result.code == code, result.output
    assert ("assert (…, …) always holds" in result.output) == bool(code)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("assert checks.page_problems(response)", 4),
        ("assert page_problems(response)", 4),
        ("assert environment.header_problems('/', {})", 4),
        ("checks.page_problems(response)", 4),
        ("assert not checks.web_page_problems(response)", 0),
        ("assert checks.web_page_problems(response) == []", 0),
        ("assert my_problems()", 0),
        ("found = checks.page_problems(response); assert not found or found", 0),
    ],
)
def test_a_list_of_problems_that_is_misread(small_suite: Run, statement: str, code: int) -> None:
    """It is empty if all is well: such an assertion fails then, and holds for what is wrong."""
    source = (
        f"{HEAD}from knowngood import checks\nfrom knowngood.checks import page_problems\n"
        f"def my_problems(): return ['x']\n{ASKS}def test_it(response, environment):\n"
        f"    {statement}\n"
    )
    result = small_suite(source)
    assert result.code == code, result.output
    assert ("_problems(…) == []" in result.output) == bool(code)


@pytest.mark.parametrize("options", [("-Wdefault",), ("--strict-markers",)], ids=["", "strict"])
def test_a_mistake_that_workers_find(small_suite: Run, options: tuple[str, ...]) -> None:
    """It is the person's, and named, as without -n."""
    source = f"{HEAD}@pytest.mark.gett('content:/x')\n{ASKS}def test_it(response): pass\n"
    result = small_suite(source, *options, "-n", "2")
    assert result.code == 4, result.output
    assert "there is no mark 'gett'; write 'get', or " in result.output
    assert "INTERNALERROR" not in result.output


@pytest.mark.parametrize(("mark", "words"), [("gett", "write 'get', or "), ("qqq", "register it ")])
def test_a_mark_that_pytest_refuses(small_suite: Run, mark: str, words: str) -> None:
    """With --strict-markers the file cannot be read: the person's mistake, named like any other."""
    source = f"{HEAD}@pytest.mark.{mark}('content:/x')\n{ASKS}def test_it(response): pass\n"
    result = small_suite(source, "--strict-markers")
    assert result.code == 4, result.output
    assert f"checks/test_it.py: there is no mark {mark!r}; {words}" in result.output


@pytest.mark.parametrize("mark", ["get('contnt:/')", "origin('contnt')"])
def test_an_origin_that_nobody_declares(small_suite: Run, mark: str) -> None:
    """The check would apply nowhere, and nobody would notice."""
    fixture = "response" if "get" in mark else "client"
    source = f"{HEAD}@pytest.mark.{mark}\ndef test_it({fixture}):\n    assert {fixture}\n"
    result = small_suite(source)
    assert result.code == 4, result.output
    assert "no environment file declares an origin called 'contnt'" in result.output


def test_a_mark_of_somebody_else(small_suite: Run) -> None:
    """It is none of ours, and pytest warns of it."""
    source = f"{HEAD}@pytest.mark.nightly\n{ASKS}def test_it(response): pass\n"
    result = small_suite(source, "-Wdefault")
    assert result.code == 0, result.output


@pytest.mark.parametrize(
    ("statement", "code"),
    [("fromstring(response.content)", 1), ("fromstring('<a>')", 75), ("exec('a =')", 75)],
    ids=["answer", "own-xml", "own-code"],
)
def test_a_text_that_does_not_parse(small_suite: Run, statement: str, code: int) -> None:
    """A feed that is cut off is the deployment's fault; a text of the check's own is not."""
    head = "import pytest\nfrom xml.etree.ElementTree import fromstring\n\n"
    source = f"{head}{ASKS}def test_it(response):\n    {statement}\n"
    result = small_suite(source, play=answer("<feed><entry>"))
    assert result.code == code, result.output
    assert "at `fromstring(response.content)`" in result.output or code == 75
