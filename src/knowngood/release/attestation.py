"""The gate's answer for other tools: in-toto statements in DSSE envelopes, one a line.

The formats: Statement, Envelope and Bundle of in-toto (github.com/in-toto/attestation, spec/v1),
its test-result predicate (spec/predicates/test-result.md), and SLSA's verification summary
(slsa.dev/spec/v1.1/verification_summary).

The envelopes have no signature. What git and ssh-keygen sign is wrapped in a format of their own,
which no reader of DSSE knows; `cosign attest-blob --statement` signs a payload as it is.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from .. import __version__
from ..environment import BadEnvironment
from ..safety import one_line, write_atomically
from .gate import GateDecision
from .gate_question import GateQuestion
from .gate_verified import deciding
from .git_objects import objects
from .record import STATEMENT, Record, subjects_of
from .record_parser import statement_text

_PAYLOAD: Final = "application/vnd.in-toto+json"
_SUMMARY: Final = "https://slsa.dev/verification_summary/v1"
FAILED: Final = "FAILED"
"""SLSA's word in place of levels where the policy is not met."""


def write(path: Path, question: GateQuestion, decision: GateDecision) -> None:
    """Write the bundle of the gate's answer to ``path`` whole or not at all. Raises BadEnvironment
    where there is no such release and where the file cannot be written, GitError.
    """
    if decision.commit is None:
        raise BadEnvironment(f"--export: there is no release {one_line(question.release, 80)}")
    text = bundle(question, decision.commit, passed=not decision.reasons)
    try:
        write_atomically(path, text)
    except OSError as error:
        raise BadEnvironment(f"--export {path}: {error.strerror or error}") from None


def bundle(question: GateQuestion, commit: str, *, passed: bool) -> str:
    """Return the bundle of the gate's answer about a release, which is ``commit``: the summary, and
    after it the test result of each verification that it rests on, as it is on record.

    ``passed`` says whether the gate has no reason against the release. Raises GitError.
    """
    records = deciding(question, commit)
    tags = list(objects(question.ledger.repository, (record.ref for record in records)))
    attestations = [
        {"name": record.name, "digest": {"gitTag": tag.name}}
        for record, tag in zip(records, tags, strict=True)
    ]
    results = [
        statement_text(tag.message) or json.dumps(record.statement())
        for record, tag in zip(records, tags, strict=True)
    ]
    summary = _summary(question, commit, records, attestations, passed=passed)
    return _lines([json.dumps(summary), *results])


def _lines(statements: Iterable[str]) -> str:
    envelopes = (
        {
            "payloadType": _PAYLOAD,
            "payload": base64.b64encode(statement.encode()).decode(),
            "signatures": [],
        }
        for statement in statements
    )
    return "".join(f"{json.dumps(envelope)}\n" for envelope in envelopes)


def _summary(
    question: GateQuestion,
    commit: str,
    records: Sequence[Record],
    attestations: Sequence[Mapping[str, Any]],
    *,
    passed: bool,
) -> dict[str, Any]:
    """Return the statement with SLSA's summary. It claims none of SLSA's own levels, which are
    about how a release was built.
    """
    environment = question.ledger.environment
    name = quote(environment.name, safe="")
    levels = sorted({f"KNOWNGOOD_{r.level.upper()}" for r in records if r.level})
    return {
        "_type": STATEMENT,
        "subject": subjects_of(question.release, commit, question.content, question.subjects),
        "predicateType": _SUMMARY,
        "predicate": {
            "verifier": {"id": "urn:knowngood:gate", "version": {"knowngood": __version__}},
            "timeVerified": question.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resourceUri": f"urn:knowngood:environment:{name}",
            "policy": {
                "uri": f"urn:knowngood:gate:{name}",
                "name": f"environments/{environment.path.name}",
                "digest": {"sha256": sha256(environment.path.read_bytes()).hexdigest()},
            },
            "inputAttestations": attestations,
            "verificationResult": "PASSED" if passed else "FAILED",
            "verifiedLevels": levels if passed else [FAILED],
            "slsaVersion": "1.1",
        },
    }
