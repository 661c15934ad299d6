"""Adopt what is live: the first record of an environment, or of what was put there by hand."""

from __future__ import annotations

from ..environment import Environment
from ..safety import Say
from . import live, push_lock, rejection
from .deploy import BAD, DONE, HELD
from .ledger import Ledger
from .record import ADOPTED, RecordKind
from .release_name import resolve_option


def adopt(environment: Environment, release: str, why: str, say: Say) -> int:
    """Record that ``release`` is live, if the environment says so; return the exit code.

    Raises BadEnvironment if there is no such release, GitError, PushLocked, RecordNotWritten.
    """
    ledger = Ledger.open(environment)
    repository, name = ledger.repository, environment.name
    tag, commit = resolve_option(repository, "--release", release)
    with push_lock.held(repository, name, f"knowngood adopt {ledger.option} --release={tag}", say):
        answer = live.ask(environment, repository)
        if not answer.releases:
            say(
                f"nothing was recorded: {name} does not say what is live ({answer.trouble}); what "
                f"it is asked: {environment.path}, [release] url; again: knowngood live "
                f"{ledger.option}; where nothing is there yet: knowngood push {ledger.option} "
                f"--release={tag} --override='first push'"
            )
            return HELD
        if answer.commit != commit:
            say(f"nothing was recorded: live on {name} is {answer}, and not {tag}")
            return BAD
        record = ledger.enter(RecordKind.ADOPTED, tag, commit, ADOPTED, why)
    say(f"recorded: {record}; {tag} is live on {name}")
    rejection.warn(ledger, tag, commit, say)
    say(f"is it good? knowngood verify {ledger.option} --release={tag} --record --push")
    return DONE
