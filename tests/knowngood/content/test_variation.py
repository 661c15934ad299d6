"""Two resources are compared but for what differs in every answer."""

import pytest

from knowngood.content.variation import differ

PAGE = b'<html><script nonce="%s">go()</script><p>Built %s</p>text</html>'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([b"a b"], [b"a b"], id="one"),
        pytest.param([b""], [b"", b""], id="empty"),
        pytest.param(
            [PAGE % (b"x1+/=", b"9"), PAGE % (b"y", b"9")], [PAGE % (b"z", b"9")], id="nonce"
        ),
        pytest.param(
            [PAGE % (b"x", b"12:01:01 GMT"), PAGE % (b"x", b"12:01:03 GMT")],
            [PAGE % (b"x", b"12:01:02 GMT")],
            id="time",
        ),
        pytest.param([b"a 1"], [b"a 2", b"a 3"], id="only-the-other-varies"),
        pytest.param([b"a noon z", b"a one o'clock z"], [b"a two o'clock z"], id="longer"),
        pytest.param([b"a<!-- web3 -->", b"a<!-- b web12 -->"], [b"a<!-- w -->"], id="servers"),
    ],
)
def test_the_same_but_for_what_varies(one: list[bytes], other: list[bytes]) -> None:
    """Either side may vary, and it may do so in length."""
    assert not differ(one, other)
    assert not differ(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([b"a"], [b"b"], id="one"),
        pytest.param([b"a"], [b"a b"], id="more"),
        pytest.param([b"a", b"a"], [b""], id="nothing"),
        pytest.param(
            [PAGE % (b"x", b"9"), PAGE % (b"y", b"9")], [PAGE % (b"z", b"8")], id="nonce-and-more"
        ),
        pytest.param([b"1 " * 2**20, b"2 " * 2**20], [b"3 " * 2**20], id="too-large-for-words"),
        pytest.param([b"1 a", b"2 a"], [b"3 b", b"4 b"], id="both-vary-and-differ"),
        pytest.param([b"a 1", b"a 2 2"], [b"b 1"], id="longer-and-differs-before"),
        pytest.param([b"1 z", b"2 2 z"], [b"1 y"], id="longer-and-differs-behind"),
        pytest.param([b"Too old"], [PAGE % (b"x", b"9"), PAGE % (b"y", b"9")], id="another-page"),
    ],
)
def test_another_resource(one: list[bytes], other: list[bytes]) -> None:
    """What differs elsewhere is another file."""
    assert differ(one, other)
    assert differ(other, one)
