"""Answer writes wrongly, or let them be lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from ..fetch import GONE, Answer
from .answers import body_of, succeeded, with_header, without_header
from .changes import change, the_change
from .json_documents import edit_at, required
from .json_text import EACH, Member, Path, document_of, name_of, paths, value_at, without
from .model import Change, Expectation, Mutation, Recorded
from .remedies import identity_remedy, status_remedy
from .text_edits import Edit

_WRITES: Final = frozenset({"POST", "PUT", "PATCH"})
_IDS: Final = frozenset({"_id", "guid", "id", "uuid"})
"""Keys, in lower case, of the ids of what was written."""

_DELETED_REMEDY: Final = "assert client.get(response.url).status_code in checks.GONE"
_SWEPT_REMEDY: Final = (
    "assert client.delete(url).deleted and client.get(url).status_code in checks.GONE"
    "  # url: of what was written"
)


def _unchanged(recorded: Recorded) -> Answer:
    return recorded.answer


def _is_write(recorded: Recorded) -> bool:
    return recorded.method in _WRITES and succeeded(recorded.answer)


def _ids(recorded: Recorded) -> list[tuple[Path, Any]]:
    """Return paths and values of the ids in the answer to a write."""
    document = document_of(recorded.answer) if _is_write(recorded) else None
    return [
        (path, value)
        for path, value in paths(document)
        if str(path[-1]).lower() in _IDS and EACH not in path and _other_id(value) is not None
    ]


def _other_id(value: Any) -> int | str | None:
    """Return another id of the same form; None if the value is no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value + 1
    if isinstance(value, str) and value:
        return value[:-1] + ("1" if value.endswith("0") else "0")
    return None


def _replaced(text: str, members: list[Member], index: int) -> Edit | None:
    member = members[index]
    other = _other_id(value_at(text, member.value))
    return None if other is None else Edit(member.value, member.end, json.dumps(other))


def _only_writes(edit: Callable[[Recorded], Answer | None]) -> Callable[[Recorded], Answer | None]:
    return lambda recorded: edit(recorded) if _is_write(recorded) else None


def _other_location(recorded: Recorded) -> Answer | None:
    parent, slash, name = (recorded.answer.header("location") or "").rpartition("/")
    if not _is_write(recorded) or not name:
        return None
    return with_header(recorded.answer, "location", f"{parent}{slash}{_other_id(name)}")


_LOCATIONS: Final = the_change(
    "names another URL in its header Location",
    'assert client.get(response.headers["location"]).status_code == 200',
    _other_location,
)


def _other_ids(recorded: Recorded) -> Iterator[Change]:
    for path, value in _ids(recorded):
        yield change(
            f'has another value for "{name_of(path)}"',
            _id_remedy(recorded.answer, path, value),
            _only_writes(edit_at(path, _replaced)),
        )
    yield from _LOCATIONS(recorded)


def _id_remedy(answer: Answer, path: Path, value: Any) -> str:
    """Return the line that notices a wrong id, by a URL that has the id or by reading what was
    written.
    """
    read = _read(path)
    if str(value) in answer.url:
        return f"assert str({read}) in str(response.url)"
    if str(value) in (answer.header("location") or ""):
        return f'assert str({read}) in response.headers["location"]'
    return _read_by_id(path)


def _read(path: Path) -> str:
    return "response.json()" + "".join(f"[{key!r}]" for key in path)


def _read_by_id(path: Path) -> str:
    """Return the line that reads what a POST wrote, by the id at a path."""
    return f'assert client.get(response.url.path + "/" + str({_read(path)})).status_code == 200'


def _without_ids(recorded: Recorded) -> Answer | None:
    """Remove the header Location and every id."""
    answer = without_header(recorded.answer, "location")
    for path, _ in _ids(recorded):
        answer = edit_at(path, without)(replace(recorded, answer=answer)) or answer
    return answer if _is_write(recorded) else None


def _no_ids(recorded: Recorded) -> Iterator[Change]:
    ids = _ids(recorded)
    remedy = required(ids[0][0]) if ids else 'assert "location" in response.headers'
    return the_change("does not say what it wrote", remedy, _without_ids)(recorded)


def _accepted(recorded: Recorded) -> Answer | None:
    return replace(recorded.answer, status=202) if _is_write(recorded) else None


def _as_before(recorded: Recorded) -> Answer | None:
    """Return what the URL answered before the write or DELETE; None if that is not known or the
    same.
    """
    answer, earlier = recorded.answer, recorded.earlier
    if earlier is None or recorded.method != "GET":
        return None
    same = answer.status == earlier.status and body_of(answer) == body_of(earlier)
    return None if same else replace(earlier, url=answer.url)


def _still_there(recorded: Recorded) -> Answer | None:
    earlier = recorded.earlier
    deleted = earlier and succeeded(earlier) and recorded.answer.status in GONE
    return _as_before(recorded) if deleted else None


def _removed_nothing(recorded: Recorded) -> Iterator[Change]:
    """Yield the change that a DELETE removes nothing, if no check reads the URL afterwards."""
    deleted = recorded.method == "DELETE" and succeeded(recorded.answer)
    if deleted and not recorded.looked_after:
        line = _SWEPT_REMEDY if recorded.swept else _DELETED_REMEDY
        yield Change("removes nothing", line, _unchanged, is_hidden=True)


def _stored_nothing(recorded: Recorded) -> Iterator[Change]:
    """Yield the change that a write stores nothing, if no check reads the URL afterwards."""
    creates = recorded.method == "PUT" or recorded.answer.status == 201
    if _is_write(recorded) and creates and not recorded.looked_after:
        line = _stored_remedy(recorded)
        yield Change("stores nothing", line, _unchanged, is_hidden=True)


def _stored_remedy(recorded: Recorded) -> str:
    """Return the line that reads what was written; empty if its URL is not known."""
    url = ""
    if recorded.method == "PUT":
        url = "response.url"
    elif recorded.answer.header("location"):
        url = 'response.headers["location"]'
    elif ids := _ids(recorded):
        return _read_by_id(ids[0][0])
    return f"assert client.get({url}).status_code == 200" if url else ""


def _writes_lost(recorded: Recorded) -> Iterator[Change]:
    return chain(_LOST_WRITE(recorded), _stored_nothing(recorded))


def _deletes_lost(recorded: Recorded) -> Iterator[Change]:
    return chain(_STILL_THERE(recorded), _removed_nothing(recorded))


def _not_written(recorded: Recorded) -> Answer | None:
    return _as_before(recorded) if succeeded(recorded.answer) else None


def _not_written_remedy(answer: Answer, earlier: Answer) -> Expectation:
    if succeeded(earlier):
        return identity_remedy(answer, earlier, is_written=True)
    return status_remedy(answer, earlier)


_STILL_THERE: Final = the_change(
    "is still there after its DELETE", "assert response.status_code in checks.GONE", _still_there
)
_LOST_WRITE: Final = the_change("is as it was before the write", _not_written_remedy, _not_written)

WRITES: Final = (
    Mutation("write-other-id", "the answer is made for another record", _other_ids),
    Mutation("write-without-id", "the answer is made before the record is", _no_ids),
    Mutation(
        "write-accepted",
        "writes go through a queue that nobody reads",
        the_change("is answered with 202, as if for later", status_remedy, _accepted),
    ),
    Mutation(
        "write-lost",
        "a write is answered and not stored, or a cache has what was before it",
        _writes_lost,
    ),
    Mutation(
        "delete-lost",
        "a DELETE is answered and removes nothing, or not from the cache",
        _deletes_lost,
    ),
)
