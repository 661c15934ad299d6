"""Read a record back from its tag: one that knowngood wrote, or one made by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..content import strict_json
from ..content.subjects import CONTENT
from ..safety import ContentTooLarge, KnowngoodError, duration, one_line
from .git import is_ref_part
from .git_objects import LARGEST, GitObject
from .record import OURS, STATEMENT, TIME, VERDICTS, Record, RecordKind

BY_HAND: Final = timedelta(minutes=1)
"""How long a person's git may take from the time in a tag's name to the tag."""

_WORDS: Final = "|".join(sorted(set().union(*VERDICTS.values()), key=len, reverse=True))
_BY_HAND: Final = re.compile(
    rf"\s*(?P<verdict>{_WORDS})\b[ :,]*"
    r"(?:(?:verified|pushed|rolled back|overridden|adopted|rejected|approved) by hand[ :,]*)?"
    r"(?P<reason>[^\n]*)"
    r"(?:\n+(?:-----BEGIN [A-Z ]+-----\n.*)?)?",
    re.DOTALL | re.IGNORECASE,
)
"""A whole message made by hand: one line that begins with a verdict, and the signature of a signed
tag. Who types it at night may leave out the words between."""

_NO_RECORD: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    ContentTooLarge,
)


class MalformedRecord(KnowngoodError):
    """A tag with a record's name that holds none; the message says why."""


def parse(name: str, tag: GitObject, commit: str | None) -> Record:
    """Return the record in the tag ``name``, which leads to ``commit``. Of ``tests`` those that
    failed are read, and ``inputs`` are not.

    Raises MalformedRecord.
    """
    if tag.too_large:
        raise MalformedRecord(f"it is larger than {LARGEST} bytes")
    if tag.kind != "tag":
        raise MalformedRecord("it is a lightweight tag, which does not say who made it and when")
    if commit is None:
        raise MalformedRecord(f"it is on a {tag.header('type')}, not on a commit")
    line = _BY_HAND.fullmatch(tag.message)
    record = _made_by_hand(name, tag, commit, line) if line else _written_by_us(name, tag, commit)
    if record.verdict not in VERDICTS[record.kind]:
        allowed = ", ".join(sorted(VERDICTS[record.kind]))
        raise MalformedRecord(
            f"its verdict is {one_line(record.verdict, 40)!r}; allowed for {record.kind}: {allowed}"
        )
    return record


def _made_by_hand(name: str, tag: GitObject, commit: str, line: re.Match[str]) -> Record:
    """Read one made by hand. Its message names neither environment nor release, so the tag itself
    must have been made with this name.
    """
    kind, environment, release, when = _parts(name)
    own_name = tag.header("tag")  # which a signature covers
    if own_name != name:
        raise MalformedRecord(f"it was made with another name, {one_line(own_name)}")
    _refuse_other_time(tag, when, BY_HAND)
    reason = (line["reason"] or "").strip() or "by hand"
    who = tag.header("tagger").rsplit(" ", 2)[0]
    verdict = line["verdict"].upper()
    return Record(kind, environment, release, commit, when, verdict, reason, who)


def _written_by_us(name: str, tag: GitObject, commit: str) -> Record:
    """Read one that knowngood wrote. Its message must tell the same as the tag and its name."""
    kind, environment, release, when = _parts(name)
    try:
        record = _from_statement(_statement_in(tag.message), release)
    except _NO_RECORD as error:
        raise MalformedRecord(
            "its message holds no record: expected knowngood's own, or one line such as "
            f"'PASSED: verified by hand: REASON' ({one_line(str(error), 120)})"
        ) from None
    if record.commit != commit:
        raise MalformedRecord(
            f"it is on {commit[:12]}, and its message on {one_line(record.commit[:12], 40)}"
        )
    if (record.kind, record.environment, record.when) != (kind, environment, when):
        raise MalformedRecord("its name and its message do not tell the same")
    _refuse_other_time(tag, when, timedelta())
    return record


def _from_statement(statement: Any, release: str) -> Record:
    ours = statement["predicate"][OURS]
    digests = [subject["digest"] for subject in statement["subject"]]
    [commit] = [digest["gitCommit"] for digest in digests if "gitCommit" in digest]
    artefacts = {
        _text(subject["name"]): _text(subject["digest"]["sha256"])
        for subject in statement["subject"][1:]
        if "sha256" in subject["digest"]
    }
    if statement["subject"][0]["name"] != release:
        raise ValueError("its subject is another release")
    failed = tuple(map(_text, statement["predicate"].get("failedTests", ())))
    return Record(
        kind=RecordKind(ours["kind"]),
        environment=_text(ours["environment"]),
        release=release,
        commit=_text(commit),
        when=datetime.fromisoformat(ours["when"]),
        verdict=_text(ours["verdict"]),
        reason=_text(ours["reason"]),
        who=_text(ours["who"]),
        where=_text(ours["where"]),
        run=_text(ours["run"]),
        level=_text(ours.get("level", "")),
        content=artefacts.pop(CONTENT, None),
        subjects=artefacts,
        attempts=int(ours["attempts"]),
        tests={"failed": failed} if failed else {},
        suite=_text(ours.get("suite", "")),
        instead=_text(ours.get("instead", "")),
        after=_text(ours.get("after", "")),
        clock=datetime.fromisoformat(ours["clock"]) if "clock" in ours else None,
    )


def _refuse_other_time(tag: GitObject, when: datetime, tolerance: timedelta) -> None:
    """Compare with when it was tagged."""
    tagged = tagged_at(tag)
    if tagged is None:
        raise MalformedRecord("it does not tell when it was made")
    by = (tagged - when.replace(microsecond=0)).total_seconds()
    if abs(by) > tolerance.total_seconds():
        off = f"{duration(abs(by))} {'later' if by > 0 else 'earlier'}"
        allowed = f"; {duration(tolerance.total_seconds())} is allowed" if tolerance else ""
        raise MalformedRecord(f"it was not made at the time that it tells, but {off}{allowed}")


def tagged_at(tag: GitObject) -> datetime | None:
    """Return when a tag was made, ``Name <address> SECONDS ZONE``; None if it does not tell."""
    seconds = "".join(tag.header("tagger").rsplit(" ", 2)[1:2])
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _parts(name: str) -> tuple[RecordKind, str, str, datetime]:
    """Return kind, environment, release and time in the name of a record's tag. Raises
    MalformedRecord.
    """
    words = name.split("/")
    try:
        when = datetime.fromisoformat(words[-1])
        release = "/".join(words[2:-1])
        if len(words) < 4 or not is_ref_part(release) or not is_ref_part(words[1]):
            raise ValueError
        if when.tzinfo != UTC or words[-1] != when.strftime(TIME):
            raise ValueError
        return RecordKind(words[0]), words[1], release, when
    except ValueError:
        raise MalformedRecord("its name is not KIND/ENVIRONMENT/RELEASE/TIME") from None


def statement_text(message: str) -> str:
    """Return the statement in the message of a record's tag, as it was written; empty if there
    is none. It stands between the first line that opens it and the one that closes it; a signature
    follows.
    """
    _, opened, body = message.partition("\n{\n")
    inner, closed, _ = body.partition("\n}\n")
    return f"{{\n{inner}\n}}" if opened and closed else ""


def _statement_in(message: str) -> Any:
    text = statement_text(message)
    if not text:
        raise ValueError("no statement")
    statement = strict_json.loads(text)
    if statement["_type"] != STATEMENT:
        raise ValueError(f"_type {statement['_type']!r}")
    return statement


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
