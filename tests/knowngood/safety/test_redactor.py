"""A redactor leaves nothing of a secret in a text: in whatever form, wherever, however it comes."""

import base64
import html
import json
import random
import re
import shlex
import string
import time
import urllib.parse
from collections.abc import Callable
from xml.sax import saxutils

import pytest

from knowngood.safety.redactor import MASK, Redactor

SECRETS = {
    "nasty": "p@ss'w\"o+/ <b>&\\%x$",
    "backslashes": r"\\server\new\x41'\\",
    "quotes": "'it''s \"quoted\"'",
    "percents": "100%25%41 & &amp; &#39;",
    "token": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "jwt": "eyJhbGciOi.J9eyJzdWIi-OiIxMjM0~NTY3",
    "base64": "q83vEjRWeJ+/Zm9vYmFy/+8=",
    "punctuation": string.punctuation,
    "short": "a'b&",
}
TEXTS: dict[str, Callable[[str], str]] = {
    "repr": repr,
    "repr-of-bytes": lambda s: repr(s.encode()),
    "repr-beside-quotes": lambda s: repr(f"'\"{s}"),
    "json": json.dumps,
    "json-with-slashes": lambda s: json.dumps(s).replace("/", "\\/"),
    "html": html.escape,
    "xml": saxutils.escape,
    "xml-attribute": saxutils.quoteattr,
    "quote": urllib.parse.quote,
    "quote-all": lambda s: urllib.parse.quote(s, safe=""),
    "quote-form": urllib.parse.quote_plus,
    "quote-lower": lambda s: urllib.parse.quote(s, safe="!$'()*,;:@").replace("%2F", "%2f"),
    "shell": shlex.quote,
}
"""What may be done to a text that already holds the secret in another form."""

FORMS: dict[str, Callable[[str], str]] = {
    **TEXTS,
    "plain": str,
    "lower": str.lower,
    "upper": str.upper,
    "percents": lambda s: "".join(f"%{ord(c):02x}" for c in s),
    "unicode-escapes": lambda s: "".join(f"\\u{ord(c):04X}" for c in s),
    "entities": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "entities-in-hexadecimal": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "hexadecimal": lambda s: s.encode().hex(),
    "base64": lambda s: base64.b64encode(s.encode()).decode(),
    "base64-url-safe": lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
}
OF_EVERY_CHARACTER = ("unicode-escapes", "entities", "entities-in-hexadecimal")
"""What no encoder does alone: a URL of these is not looked for."""

EDGE = "~~"
OF_ENCODERS = re.compile(
    r"(?i)\w?(?:%(?:25)*3d|=){1,2}|%(?:25)*(?:26|23|3b|5c|2[27])|amp;|quot;|apos;|#(?:39|x27);"
    r"|b(?=[\"'\\*&%])|[\"'\\&]"
)
"""What encoders put around a value: quotes, in whatever form; base64's last character."""


@pytest.fixture(scope="module", params=SECRETS.values(), ids=SECRETS)
def secret(request: pytest.FixtureRequest) -> str:
    """Each of the secrets."""
    return str(request.param)


@pytest.fixture(scope="module")
def redactor(secret: str) -> Redactor:
    """One that hides it, and another one."""
    return Redactor([secret, "another-one"])


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_secret(secret: str, redactor: Redactor, form: str) -> None:
    """Nothing is left of a secret in any form, within any text; all that is around it is left."""
    for outer, encode in {"plain": str, **TEXTS}.items():
        if form in OF_EVERY_CHARACTER and outer.startswith("quote"):
            continue
        text = encode(f"{EDGE}{FORMS[form](secret)}{EDGE}")
        before, middle, after = redactor(text).split(EDGE)
        assert OF_ENCODERS.sub("", middle) == MASK, (outer, text)
        assert f"{before}{EDGE}" in text
        assert f"{EDGE}{after}" in text


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "u", "us", "user:"])
@pytest.mark.parametrize("after", ["", "x", "xx"])
def test_a_secret_within_base64(
    secret: str, redactor: Redactor, encode: Callable[[bytes], bytes], before: str, after: str
) -> None:
    """Base64 hides where a secret begins: all three places are known, in both alphabets."""
    redacted = redactor(encode(f"{before}{secret}{after}".encode()).decode())
    assert MASK in redacted
    assert len(redacted) <= 4 * (len(before) + len(after) + 2) // 3 + 6


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 1000])
def test_a_secret_that_arrives_in_chunks(secret: str, redactor: Redactor, size: int) -> None:
    """Wherever a stream is cut, it lets through what it would have in one piece."""
    parts = [f"{encode(secret)}\n" for encode in FORMS.values()]
    parts += [f"x{secret[:5]}...{secret[-4:]}, {secret[:-1]}….", f" {secret[:6]} and ", secret * 2]
    whole = f"\xff é before {''.join(parts)}\nand another-one & 50%".encode()
    stream = redactor.stream()
    shown = [stream.feed(whole[at : at + size]) for at in range(0, len(whole), size)]
    assert b"".join([*shown, stream.flush()]) == redactor.of_bytes(whole)


def test_random_secrets() -> None:
    """Whatever a secret is made of, and wherever texts are cut, nothing of it is left."""
    choose = random.Random(7)  # noqa: S311 - a test that can be repeated
    for _ in range(60):
        secret = "".join(choose.choices(string.printable[:95], k=choose.randrange(8, 40)))
        redactor = Redactor([secret])
        form = choose.choice([*FORMS.values()])(secret)
        text = f"{EDGE}{form}{EDGE}".encode()
        stream, cut = redactor.stream(), choose.randrange(len(text))
        shown = stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.flush()
        assert OF_ENCODERS.sub("", shown.decode().replace(EDGE, "")) == MASK, (secret, form)


def test_a_secret_that_was_cut_short() -> None:
    """Pytest shows long values with their middle left out: what is left of a secret goes too."""
    secret = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"  # noqa: S105 - made up
    redactor = Redactor([secret])
    for size in range(4, len(secret)):
        assert redactor(f"'{secret[:size]}...{secret[-size:]}'") == f"'{MASK}...{MASK}'"
        assert redactor(f"{secret[:size]}…") == f"{MASK}…"
    assert redactor("sk_... is where it begins") == "sk_... is where it begins"


@pytest.mark.parametrize("size", range(6, 18))
def test_a_secret_that_was_quoted_and_cut_short(size: int) -> None:
    """The same holds for ``repr`` and JSON, as both escape quotes and double backslashes."""
    secret = "ab'cd\"ef\\gh'ij"  # noqa: S105 - made up
    redactor = Redactor([secret])
    for quoted in (repr(secret), repr(f"{secret}"), json.dumps(secret)):
        left, right = quoted[1:size], quoted[-size:-1]
        assert set(redactor(f"{left}...{right}")) <= set(f"{MASK}...\\")


def test_the_part_in_front_of_a_semicolon() -> None:
    """A media type is cut there; of a short secret that part tells nothing."""
    redactor = Redactor(["0123456789;abcdefgh"])
    assert redactor("text/0123456789") == f"text/{MASK}"
    assert redactor("text/012345678") == "text/012345678"
    assert redactor("TEXT/0123456789;ABC") == f"TEXT/{MASK};ABC"
    assert Redactor(["hunter2;x"])("hunter2") == "hunter2"


def test_secrets_that_overlap() -> None:
    """Of two secrets that share characters nothing is left, nor of one that holds the other."""
    assert Redactor(["abcdef", "defghi"])("<abcdefghi>") == "<***>"
    assert Redactor(["abcd", "abcdefgh"])("<abcdefgh> <abcd>") == "<***> <***>"
    assert Redactor(["aaaa"])("<aaaaaa>") == "<***>"


def test_what_is_no_secret_stays() -> None:
    """Texts without a secret come back as they were; without secrets they are not even read."""
    content = "nothing % & \\ ... here p@ss'w"
    assert Redactor([SECRETS["nasty"]])(content) == content
    assert Redactor()(content) is content
    assert Redactor(["abc"])("abc") == "abc", "too short to be told from a word"
    assert not Redactor(["", "abc"])


def test_plain_data() -> None:
    """Every text in it is redacted, keys and bytes too; numbers and other objects stay."""
    other = object()
    redacted = Redactor(["secret"]).deep(
        {"a secret": [("secret", 1, None)], "b": b"secret \xff", "c": other}
    )
    assert redacted == {"a ***": [("***", 1, None)], "b": b"*** \xff", "c": other}
    assert redacted["c"] is other


def test_a_stream_holds_back_little() -> None:
    """What cannot be the beginning of a secret is let through at once, dots of progress too."""
    stream = Redactor(["hunter22", "abcab"]).stream()
    assert stream.feed(b"[ 50%] it was here\n") == b"[ 50%] it was here\n"
    assert stream.feed(b"tests/x.py ......") == b"tests/x.py ..."
    assert stream.feed(b"\nhunt") == b"...\n"
    assert stream.feed(b"er is no secret, hun") == b"hunter is no secret, "
    assert stream.feed(b"ter22") == b""
    assert stream.feed(b" abcab") == b"*** "
    assert stream.feed(b"cab!") == b"***!"
    assert stream.feed(b"x" * 100_000)[:10] == b"x" * 10, "longer than any form of a secret"
    assert set(stream.flush()) == set(b"x")


@pytest.mark.parametrize("size", range(180, 200))
def test_a_stream_never_lets_half_a_secret_through(size: int) -> None:
    """What is held back of a long word does not begin within a secret."""
    stream = Redactor(["hunter22"]).stream()
    shown = [stream.feed(b"hunter22" + b"x" * size), stream.feed(b"x"), stream.flush()]
    assert b"".join(shown) == b"***" + b"x" * (size + 1)


def test_a_stream_without_secrets() -> None:
    """Nothing is held back where there is nothing to hide."""
    data = b"x" * 10
    assert Redactor().stream().feed(data) is data


@pytest.mark.parametrize("characters", [string.ascii_letters, string.printable[:95]])
def test_a_long_secret_takes_little_time(characters: str) -> None:
    """One of a thousand characters is learnt, and a megabyte searched, in about a second."""
    secret = "".join(random.Random(1).choices(characters, k=1000))  # noqa: S311
    before = time.process_time()
    redactor = Redactor([secret])
    assert redactor(f"{secret} {string.printable * 10_000}").startswith(f"{MASK} ")
    assert time.process_time() - before < 4


@pytest.mark.parametrize("text", ["\\", "%25", "&amp;", "'", "a... ", "\\'"])
def test_a_hostile_text_takes_little_time(text: str) -> None:
    """No answer of a deployment can make a redactor try the same place over and over."""
    redactor = Redactor([SECRETS["nasty"], SECRETS["backslashes"], SECRETS["quotes"]])
    before = time.process_time()
    redactor(text * (100_000 // len(text)))
    assert time.process_time() - before < 2
