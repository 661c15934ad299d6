"""Which loads a Content-Security-Policy forbids for certain, and where it is not for us to say."""

import pytest

from knowngood.content.csp import forbids, forbids_inline, sandbox_problems

PAGE = "https://fhr.example.org/fr/"
OWN = "https://fhr.example.org/fr/js/fhr.js"


@pytest.mark.parametrize(
    ("policy", "kind", "url"),
    [
        ("", "script", OWN),
        ("default-src 'self'", "script", OWN),
        ("default-src 'none'; script-src 'self'", "script", OWN),
        ("script-src *", "script", OWN),
        ("script-src https:", "script", OWN),
        ("script-src http:", "script", OWN),
        ("script-src fhr.example.org:443", "script", OWN),
        ("script-src https://*.example.org/fr/", "script", OWN),
        ("script-src 'none'; script-src-elem 'self'", "script", OWN),
        ("script-src 'none'; SCRIPT-SRC-ELEM 'SELF'", "script", OWN),
        ("script-src 'nonce-abc' https://cdn.example.net", "script", OWN),
        ("script-src 'strict-dynamic'", "script", OWN),
        ("connect-src 'none'", "script", OWN),
        ("default-src 'none'", "media", OWN),
        ("frame-ancestors 'self'; upgrade-insecure-requests", "script", OWN),
        ("script-src 'self'; script-src 'none'", "script", OWN),
    ],
)
def test_what_is_allowed_or_not_for_us_to_say(policy: str, kind: str, url: str) -> None:
    """Nothing is told of it."""
    assert forbids([policy], kind, url, PAGE) is None


@pytest.mark.parametrize(
    ("policies", "kind", "url", "told"),
    [
        (["script-src https://cdn.example.net"], "script", OWN, "script-src https://cdn.ex"),
        (["default-src 'none'"], "script", OWN, "default-src 'none'"),
        (["default-src"], "stylesheet", OWN, "default-src"),
        (["script-src *.fhr.example.org"], "script", OWN, "script-src *.fhr.example.org"),
        (["default-src 'self'; connect-src 'none'"], "json", OWN, "connect-src 'none'"),
        (["script-src 'self', script-src 'none'"], "script", OWN, "script-src 'none'"),
        (["script-src 'self'", "img-src data:"], "image", OWN, "img-src data:"),
    ],
)
def test_what_is_forbidden(policies: list[str], kind: str, url: str, told: str) -> None:
    """The directive that forbids it is told; each of several policies counts."""
    assert (forbids(policies, kind, url, PAGE) or "").startswith(told)


@pytest.mark.parametrize(
    ("policy", "nonce", "is_forbidden"),
    [
        ("script-src 'nonce-abc'", "abc", False),
        ("script-src 'nonce-abc'", "", True),
        ("script-src 'nonce-abc'", "old", True),
        ("script-src 'nonce-abc'", None, False),
        ("script-src 'nonce-abc' 'self'", "", False),
        ("script-src 'nonce-abc' 'self' 'strict-dynamic'", "", True),
        ("script-src 'nonce-abc' 'self' 'strict-dynamic'", "abc", False),
        ("script-src 'sha256-abc'", "", True),
        ("default-src 'none'", "abc", True),
    ],
)
def test_a_script_file_by_the_nonce_of_its_element(
    policy: str, nonce: str | None, is_forbidden: bool
) -> None:
    """A nonce that the policy does not name says nothing; without an element nobody knows."""
    rule = forbids([policy], "script", OWN, PAGE, nonce)
    assert rule == (policy.replace("nonce-abc", "nonce-…") if is_forbidden else None)


HASH = "'sha256-jeqIAC1VUkAjKs4T6/bmJNRwOmoD9XR+1+mV29gyL7M='"  # of a script of two lines


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "script-src 'self' 'unsafe-inline'",
        "script-src 'nonce-Abc'",
        "script-src 'strict-dynamic' 'nonce-Abc'",
        f"script-src {HASH}",
        f"script-src {HASH.replace('/', '_').replace('+', '-')}",
        "default-src 'none'; script-src 'unsafe-inline'",
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_script_in_the_page_that_may_run(policy: str, line_end: str) -> None:
    """By a word for all, by its nonce, or by its hash, however its lines end."""
    assert forbids_inline([policy], "Abc", f"f();{line_end}g();") is None


@pytest.mark.parametrize(
    "policy",
    [
        "script-src 'self'",
        "default-src 'none'",
        "script-src 'unsafe-inline' 'nonce-abc'",
        "script-src 'unsafe-inline' 'sha256-abc='",
        "script-src 'unsafe-inline' 'strict-dynamic'",
    ],
)
def test_a_script_in_the_page_that_may_not(policy: str) -> None:
    """Beside a nonce or a hash, which must be the script's, the word for all says nothing."""
    told = policy.replace("nonce-abc", "nonce-…")  # each answer has another, and is one fault
    assert forbids_inline([policy], "Abc", "f();") == told


@pytest.mark.parametrize(
    ("policy", "kinds"),
    [
        ("default-src 'self'", {"script", "json"}),
        ("sandbox allow-scripts allow-same-origin", {"script", "json"}),
        ("sandbox ALLOW-SCRIPTS", {"script"}),
        ("sandbox", {"image"}),
        ("script-src sandbox", {"script"}),
    ],
)
def test_a_sandbox_that_leaves_what_a_page_needs(policy: str, kinds: set[str]) -> None:
    """Scripts may run, and load JSON of their own origin if they do."""
    assert sandbox_problems([policy], kinds) == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            "sandbox allow-same-origin",
            ["the policy sandbox lacks allow-scripts: no script of the page runs"],
        ),
        (
            "default-src *, sandbox allow-scripts",
            ["the policy sandbox lacks allow-same-origin: its scripts cannot load JSON"],
        ),
    ],
)
def test_a_sandbox_that_does_not(policy: str, expected: list[str]) -> None:
    """What it lacks is named, and what follows from it."""
    assert sandbox_problems([policy], {"script", "json"}) == expected
