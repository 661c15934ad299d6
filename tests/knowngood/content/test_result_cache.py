"""Results that are read from a file once."""

import pytest

from knowngood.content import result_cache
from knowngood.content.result_cache import cached_by_content


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was read, while no function may cache more than two hundred characters."""
    monkeypatch.setattr(result_cache, "_CHARACTERS", 200)
    return []


def test_a_result_is_read_once(calls: list[bytes]) -> None:
    """Also a long one, if it is within the bound; options are part of the question."""

    @cached_by_content
    def doubled(source: bytes, *, times: int = 2) -> bytes:
        calls.append(source)
        return source * times

    assert [doubled(b"a" * 80) for _ in range(3)] == [b"a" * 160] * 3
    assert doubled(b"a" * 80, times=1) == b"a" * 80
    assert len(calls) == 2


def test_the_oldest_go_where_all_are_too_long(calls: list[bytes]) -> None:
    """One that was asked for meanwhile stays, and one beyond the bound is not cached."""

    @cached_by_content
    def same(source: bytes) -> bytes:
        calls.append(source)
        return source

    first, second, third = b"a" * 80, b"b" * 80, b"c" * 80
    for source in (first, second, first, third, first):
        same(source)
    assert calls == [first, second, third]
    same(second)
    same(b"d" * 300)
    same(b"d" * 300)
    assert calls[3:] == [second, b"d" * 300, b"d" * 300]
