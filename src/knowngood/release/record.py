"""One record: what happened to a release on an environment, as the message of an annotated tag.

The tag is ``KIND/ENVIRONMENT/RELEASE/TIME`` on the commit concerned. Its message is a paragraph for
people and an in-toto Statement (v1) for machines; a verification's has the test-result predicate
(v0.1). What is not in that vocabulary stands below ``OURS``.

The message of a record made by hand is one line: ``VERDICT: verified by hand: REASON``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from ..content import strict_json
from ..safety.errors import KnowngoodError
from ..safety.limits import ContentTooLarge
from ..safety.sanitize import one_line
from ..verdict.exit_codes import ACTIONS, HOLD
from ..verdict.exit_codes import VerdictKind as Verdict
from .git import is_ref_part

STATEMENT: Final = "https://in-toto.io/Statement/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
EVENT: Final = "urn:knowngood:event:v1"
OURS: Final = "urn:knowngood:record:v1"

DEPLOYED: Final = "DEPLOYED"
"""The verdict of a push, or a rollback, whose command ended well: that release is there."""

STARTED, NOT_DEPLOYED = "STARTED", "NOT DEPLOYED"
"""How far a push or a rollback got before the command ended well: begun, or ended badly."""

OVERRIDDEN: Final = "OVERRIDDEN"

LARGEST: Final = 1 << 20
"""Characters of a message that is read: a verification of FHR has 6,000."""

_BY_HAND: Final = re.compile(
    r"(?P<verdict>[A-Z ]+): (?:verified|pushed|rolled back|overridden) by hand"
    r"(?:: (?P<reason>[^\n]*))?"
    r"(?:\n+(?:-----BEGIN [A-Z ]+-----\n.*)?)?",
    re.DOTALL,
)
"""A whole message made by hand: one line, and the signature of a signed tag."""

_IN_REF: Final = "%Y%m%dT%H%M%S.%fZ"
_LISTED: Final = 200  # checks of one kind that are listed by name


class RecordKind(StrEnum):
    """What is recorded. Each is the first part of its tags' names."""

    VERIFIED = "verified"
    PUSHED = "pushed"
    ROLLED_BACK = "rolled-back"
    OVERRIDDEN = "overridden"


_PUT: Final = frozenset({STARTED, DEPLOYED, NOT_DEPLOYED})
_VERDICTS: Final[Mapping[RecordKind, frozenset[str]]] = {
    RecordKind.VERIFIED: frozenset(Verdict),
    RecordKind.PUSHED: _PUT,
    RecordKind.ROLLED_BACK: _PUT,
    RecordKind.OVERRIDDEN: frozenset({OVERRIDDEN}),
}

_NO_RECORD: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    ContentTooLarge,
)


def is_record(name: str) -> bool:
    """Whether a tag of this name is a record, or bars the way to a folder of them."""
    return name.partition("/")[0] in set(RecordKind)


def at(when: datetime) -> str:
    """A time as people read it."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


class MalformedRecord(KnowngoodError):
    """A tag among the records that is none; the message says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """What happened to ``release`` (at ``commit``, in full) on ``environment``.

    ``verdict`` is how a verification, or a push, ended; ``content`` the digest of the manifest
    that what was served was compared with. ``who`` did it, from the machine ``where``, in the run
    ``run``; ``reason`` is the verdict's own, or why somebody overrode. ``tests`` are the names of
    checks that passed, warned and failed, ``inputs`` the digests of what the run was made of,
    ``attempts`` the requests it sent. ``by_hand`` says that a person wrote the tag with git alone.
    """

    kind: RecordKind
    environment: str
    release: str
    commit: str
    when: datetime
    verdict: str
    reason: str = ""
    who: str = ""
    where: str = ""
    run: str = ""
    content: str | None = None
    attempts: int = 0
    tests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False

    @property
    def name(self) -> str:
        """The name of its tag."""
        return f"{self.kind}/{self.environment}/{self.release}/{self.when.strftime(_IN_REF)}"

    @property
    def passed(self) -> bool:
        """Whether this says that the release is good."""
        return self.kind == RecordKind.VERIFIED and self.verdict == Verdict.PASSED

    @property
    def failed(self) -> bool:
        """Whether this says that the release is bad."""
        return self.kind == RecordKind.VERIFIED and self.verdict == Verdict.FAILED

    @property
    def action(self) -> str:
        """What the verdict of a verification says to do."""
        return ACTIONS.get(Verdict(self.verdict), HOLD)

    def message(self) -> str:
        """The message of its tag."""
        statement = json.dumps(self._statement(), indent=1, ensure_ascii=True)
        return f"{self._paragraph()}\n\n{statement}\n"

    def _paragraph(self) -> str:
        what = {
            RecordKind.VERIFIED: f"{self.release} was verified on {self.environment}",
            RecordKind.PUSHED: f"{self.release} was pushed to {self.environment}",
            RecordKind.ROLLED_BACK: f"{self.environment} was rolled back to {self.release}",
            RecordKind.OVERRIDDEN: (
                f"the gate of {self.environment} was overridden for {self.release}"
            ),
        }[self.kind]
        at = self.when.strftime("%Y-%m-%d %H:%M:%S UTC")
        by = f" by {one_line(self.who, 120)}" if self.who else ""
        why = f": {one_line(self.reason, 400)}" if self.reason else ""
        return f"{self.verdict}: {what} on {at}{by}{why}"

    def _statement(self) -> dict[str, Any]:
        subject = [{"name": self.release, "digest": {"gitCommit": self.commit}}]
        if self.content is not None:
            subject.append({"name": "content", "digest": {"sha256": self.content}})
        verification = self.kind == RecordKind.VERIFIED
        return {
            "_type": STATEMENT,
            "subject": subject,
            "predicateType": TEST_RESULT if verification else EVENT,
            "predicate": {**(self._test_result() if verification else {}), OURS: self._ours()},
        }

    def _test_result(self) -> dict[str, Any]:
        """By the test-result predicate, which knows no INCONCLUSIVE: what is not passed has
        failed, to a reader that knows this vocabulary alone.
        """
        return {
            "result": "PASSED" if self.passed else "FAILED",
            "configuration": [
                {"name": name, "digest": {"gitCommit" if name == "suite" else "sha256": digest}}
                for name, digest in self.inputs.items()
            ],
            **{f"{how}Tests": list(names[:_LISTED]) for how, names in self.tests.items()},
        }

    def _ours(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "environment": self.environment,
            "verdict": self.verdict,
            **({"action": self.action} if self.kind == RecordKind.VERIFIED else {}),
            "reason": one_line(self.reason, 1000),
            "when": self.when.isoformat(),
            "who": one_line(self.who, 200),
            "where": one_line(self.where, 200),
            "run": self.run,
            "attempts": self.attempts,
        }


def parse(name: str, commit: str, text: str) -> Record:
    """The record in the tag ``name`` on ``commit`` whose message is ``text`` (with or without a
    signature). Its ``tests`` and ``inputs`` are written for others, and not read. Raises Malformed.
    """
    kind, environment, release, when = parts(name)
    if len(text) > LARGEST:
        raise MalformedRecord(f"its message is longer than {LARGEST} characters")
    if line := _BY_HAND.fullmatch(text):
        reason = (line["reason"] or "").strip() or "by hand"
        made = Record(
            kind, environment, release, commit, when, line["verdict"], reason, by_hand=True
        )
        _refuse_difference(made, (kind, environment, when), commit)
        return made
    try:
        statement = _statement_in(text)
        ours = statement["predicate"][OURS]
        subjects = [each["digest"] for each in statement["subject"]]
        [of] = [each["gitCommit"] for each in subjects if "gitCommit" in each]
        content = [each["sha256"] for each in subjects if "sha256" in each]
        if statement["subject"][0]["name"] != release:
            raise ValueError("its subject is another release")
        found = Record(
            kind=RecordKind(ours["kind"]),
            environment=_text(ours["environment"]),
            release=release,
            commit=_text(of),
            when=datetime.fromisoformat(ours["when"]),
            verdict=_text(ours["verdict"]),
            reason=_text(ours["reason"]),
            who=_text(ours["who"]),
            where=_text(ours["where"]),
            run=_text(ours["run"]),
            content=_text(content[0]) if content else None,
            attempts=int(ours["attempts"]),
        )
    except _NO_RECORD as error:
        raise MalformedRecord(
            f"its message holds no record: {one_line(repr(error), 120)}"
        ) from None
    _refuse_difference(found, (kind, environment, when), commit)
    return found


def parts(name: str) -> tuple[RecordKind, str, str, datetime]:
    """Kind, environment, release and time in the name of a record's tag. Raises Malformed."""
    words = name.split("/")
    try:
        when = datetime.fromisoformat(words[-1])
        release = "/".join(words[2:-1])
        if len(words) < 4 or not is_ref_part(release) or not is_ref_part(words[1]):
            raise ValueError
        if when.tzinfo != UTC or words[-1] != when.strftime(_IN_REF):
            raise ValueError
        return RecordKind(words[0]), words[1], release, when
    except ValueError:
        raise MalformedRecord("its name is not KIND/ENVIRONMENT/RELEASE/TIME") from None


def _statement_in(text: str) -> Any:
    """The statement is what stands between the first line that opens it and the one that closes
    it; a signature follows.
    """
    _, opened, rest = text.partition("\n{\n")
    inner, closed, _ = rest.partition("\n}\n")
    if not opened or not closed:
        raise ValueError("no statement")
    statement = strict_json.loads(f"{{{inner}}}")
    if statement["_type"] != STATEMENT:
        raise ValueError(f"_type {statement['_type']!r}")
    return statement


def _refuse_difference(found: Record, named: tuple[RecordKind, str, datetime], commit: str) -> None:
    """A tag that was moved or renamed, or whose message was written for another one."""
    if found.commit != commit:
        raise MalformedRecord(
            f"it is on {commit[:12]}, and its message on {one_line(found.commit[:12], 40)}"
        )
    if (found.kind, found.environment, found.when) != named:
        raise MalformedRecord("its name and its message do not tell the same")
    if found.verdict not in _VERDICTS[found.kind]:
        raise MalformedRecord(f"its verdict is {one_line(found.verdict, 40)!r}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
