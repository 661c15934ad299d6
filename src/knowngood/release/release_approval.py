"""Somebody else's yes to a release, where ``gate.approve`` asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile

from ..environment import BadEnvironment, Environment, GateRules
from ..safety import Say, listed, one_line
from . import clone, record_store, signature
from .gate_question import GateReason, doubt
from .git import Repository
from .ledger import Ledger
from .record import APPROVED, WITHDRAWN, Record, RecordKind
from .release_name import resolve_option


def approve(environment: Environment, release: str, why: str, *, undo: bool, say: Say) -> None:
    """Record that ``release`` may go to ``environment``; with ``undo``, that it no longer may.

    Raises BadEnvironment if no gate asks for it, or there is no such release, or the approval would
    not count: none of the gate's signers signed it. Raises GitError, RecordNotWritten.
    """
    if not environment.gate.approve:
        raise BadEnvironment(f"{environment.path}: needs gate.approve: no gate asks for approvals")
    repository = clone.opened(environment)
    clone.fetch(repository)
    tag, commit = resolve_option(repository, "--release", release)
    name, verdict = environment.name, WITHDRAWN if undo else APPROVED
    record = record_store.record_now(
        repository, RecordKind.APPROVED, name, tag, commit, verdict, reason=why
    )
    written = record_store.write(repository, record)
    if not undo:
        _refuse_uncounted(repository, record, environment.gate)
    if repository.uses_origin:
        record_store.push(repository, written)
    say(f"recorded: {written}")


def _refuse_uncounted(repository: Repository, record: Record, rules: GateRules) -> None:
    """Take an approval back that no gate would count, before anybody sees it, and raise
    BadEnvironment.
    """
    signed = signature.read(repository, record.ref, rules.signers)
    if signed.trouble:
        unfit = f"not be signed by anybody in {rules.signers}: {signed.trouble}"
    elif fnmatchcase(signed.principal, rules.approve):
        return
    else:
        signer = one_line(signed.principal, 80)
        unfit = f"be {signer}'s, which gate.approve {rules.approve!r} does not match"
    repository.run("update-ref", "-d", record.ref)
    raise BadEnvironment(
        f"not approved: the record would {unfit}; {_signers(rules, record.who)} may approve: they "
        "sign with a key that is listed there: git config gpg.format ssh; git config "
        "user.signingKey FILE"
    )


def _signers(rules: GateRules, but: str) -> str:
    """Return the names in gate.signers whose approval gate.approve asks for, except that of the
    person ``but``, ``Name <address>``; in words, with the file.
    """
    assert rules.signers is not None
    names = [name for name in signature.principals(rules.signers) if name != _address(but)]
    matching = [one_line(name, 80) for name in names if fnmatchcase(name, rules.approve)]
    return f"{listed(matching, 5) or 'nobody'} in {rules.signers}"


@dataclass(frozen=True, slots=True)
class ApprovalQuestion:
    """Has somebody else said yes to a release?

    Attributes:
        ledger: where it would go, and the repository; whoever acts there is the pusher.
        release: the release's tag.
        commit: the commit that it is.
    """

    ledger: Ledger
    release: str
    commit: str

    def reasons(self) -> Iterator[GateReason]:
        """Yield why nobody's yes counts, where the gate asks for one. Raises GitError."""
        if not self.ledger.rules.approve:
            return
        troubles = []
        for record in self._approvals():
            trouble = self._trouble(record)
            if not trouble:
                bad = self.ledger.records.doubted_by(record)
                yield from doubt(bad, "the approval was withdrawn", self._to_do())
                return
            troubles.append(f"; {record.name} does not count: {trouble}")
        name = self.ledger.environment.name
        yield GateReason(
            f"{self.release} is not approved for {name} by anybody else who matches "
            f"{self.ledger.rules.approve!r}{''.join(troubles[:3])}",
            self._to_do(),
        )

    def approver(self) -> str:
        """Return who has said yes, whoever pushes; empty if nobody has whose yes can count.
        Raises GitError.
        """
        sure = (
            record for record in self._approvals() if self.ledger.records.doubted_by(record) is None
        )
        signed = (self._signature(record) for record in sure)
        return next((one_line(s.principal, 80) for s in signed if self._matches(s)), "")

    def _to_do(self) -> str:
        pusher, _ = record_store.identity(self.ledger.repository)
        return (
            f"who may say so: {_signers(self.ledger.rules, pusher)}, by knowngood approve "
            f"{self.ledger.option} --release={self.release}"
        )

    def _approvals(self) -> Iterator[Record]:
        """Yield the approvals of the commit since the last one that was withdrawn, newest first.
        Anybody may withdraw: a gate that is shut in error is opened again.
        """
        approvals = self.ledger.records.of(self.ledger.environment.name, RecordKind.APPROVED)
        mine = (record for record in approvals if record.commit == self.commit)
        return takewhile(lambda record: record.verdict == APPROVED, mine)

    def _trouble(self, approval: Record) -> str:
        """Return why an approval does not count; empty if it does."""
        signed = self._signature(approval)
        if signed.trouble:
            return signed.trouble
        if self._is_pusher(signed, approval):
            return f"{one_line(signed.principal, 80)} is who pushes"
        return "" if self._matches(signed) else f"it is {one_line(signed.principal, 80)}'s"

    def _signature(self, approval: Record) -> signature.Signature:
        return signature.read(self.ledger.repository, approval.ref, self.ledger.rules.signers)

    def _matches(self, signed: signature.Signature) -> bool:
        return not signed.trouble and fnmatchcase(signed.principal, self.ledger.rules.approve)

    def _is_pusher(self, signed: signature.Signature, approval: Record) -> bool:
        """Return whether the pusher made an approval: by key, or by address."""
        pusher, _ = record_store.identity(self.ledger.repository)
        by_key = signed.key == signature.own_key(self.ledger.repository)
        return by_key or _address(pusher) in {signed.principal, _address(approval.who)}


def _address(who: str) -> str:
    """Return the address of ``Name <address>``."""
    return who.rpartition(" <")[2].rstrip(">")
