"""Put a release there by hand, write it down, and go back: steps of a handbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from ..environment.model import Environment
from ..release.record import DEPLOYED, NOT_DEPLOYED, STARTED, RecordKind
from ..verdict.exit_codes import VerdictKind as Verdict
from .instruction import Example, Section, Step, within

_FIELDS: Final = {"{env}": '"$env"', "{release}": '"$release"', "{commit}": '"$commit"'}
_PAUSE: Final = 5  # seconds between two looks at what is live


def file_of(environment: Environment) -> str:
    """How a handbook calls the environment's file."""
    return f"environments/{environment.path.name}"


def would_give(environment: Environment, key: str, table: str, what: str = "command") -> str:
    """Which line of the environment's file would tell a step that has to do without."""
    return f"(`{key}` below `[{table}]` in {file_of(environment)} would give the {what}.)"


def recorded(environment: Environment) -> bool:
    """Whether there is a repository, and with it records."""
    return bool(environment.release and environment.release.repository)


@dataclass(frozen=True, slots=True)
class Putting:
    """What changes ``environment``."""

    environment: Environment

    def put(self, kind: RecordKind) -> Iterator[Step]:
        """Put ``$release`` there, on record, and wait until it is."""
        if recorded(self.environment):
            yield Step("Write down that it begins.", (Example(f"note {kind} {STARTED}", ""),))
        yield self._deploy(kind)
        if recorded(self.environment):
            yield Step("Write down that it is there.", (Example(f"note {kind} {DEPLOYED}", ""),))
        yield self._wait()

    def _deploy(self, kind: RecordKind) -> Step:
        deploy = self.environment.deploy
        if deploy is None:
            return Step(
                f"Put `$release` on {self.environment.name} as it is done there. "
                + would_give(self.environment, "command", "deploy")
            )
        command = " ".join(within(word, _FIELDS) for word in deploy.command)
        guard = 'test -n "$commit" && ' if recorded(self.environment) else ""
        text = f"Put it there. It may take {deploy.timeout / 60:g} minutes."
        if not recorded(self.environment) and "{commit}" in "".join(deploy.command):
            text += " Set `commit` to the commit that the release is."
        note = f"`note {kind} '{NOT_DEPLOYED}'`, and " if recorded(self.environment) else ""
        after = "go to section 5" if kind == RecordKind.PUSHED else "call for help"
        return Step(
            f"{text} With another exit code: {note}{after}.",
            (Example(f'({guard}cd "$here" && {command}) >&2; echo "exit code $?"', "exit code 0"),),
        )

    def _wait(self) -> Step:
        release = self.environment.release
        if release is None:
            return Step(
                "Wait until it is live everywhere: nothing tells. "
                + would_give(self.environment, "url", "release")
            )
        tries = max(1, ceil(self.environment.budget.converge / _PAUSE))
        command = (
            f"tries={tries}\nuntil there || test $tries -eq 0; do\n"
            f"  tries=$((tries - 1)); sleep {_PAUSE}\ndone; there && echo live"
        )
        return Step(
            f"Wait until it is live: up to {self.environment.budget.converge:g} seconds. If it "
            "does not come up, verify all the same (section 4), as one that FAILED.",
            (Example(command, "live"),),
        )

    def noted(self) -> Iterator[Step]:
        """The end of a verification, on record."""
        text = "If a step of this section gave anything else, the release is bad: section 5."
        if not recorded(self.environment):
            yield Step(text)
            return
        yield Step(
            f"Write down how it ended: {Verdict.PASSED} if every step of this section gave what "
            f"must come back; {Verdict.FAILED} if one did not, when asked again a minute later; "
            f"{Verdict.INCONCLUSIVE} if you could not tell, because your own network was in "
            f"trouble, say. Put that and what you saw into the first line. {text}",
            (
                Example(
                    f"verdict={Verdict.PASSED} saw='by hand: every step gave what must come back'\n"
                    f'note {RecordKind.VERIFIED} "$verdict" "$saw"',
                    "",
                ),
            ),
        )

    def back(self) -> Section:
        """The way back."""
        text = (
            "When a release is bad: put the last known good one back, and see that it works. Do "
            "not repair what is live; that is for tomorrow."
        )
        if recorded(self.environment):
            find = Step(
                "Find it: the last one that is not the bad one. Its name comes back; if none does, "
                "no release is known to be good: change nothing, and call for help.",
                (
                    Example(
                        'good=$(last_good "$env" "$(git rev-parse --verify --quiet '
                        '"refs/tags/$release^{commit}")")\n'
                        'commit=${good%% *} release=${good#* }; echo "$release"'
                    ),
                ),
            )
        else:
            find = Step(
                "Find out which release was live before the bad one, and was good, and set "
                "`release` to it. " + would_give(self.environment, "repository", "release")
            )
        again = Step("Verify it: every step of section 4 again, with the one that writes it down.")
        return Section("Roll back", text, (find, *self.put(RecordKind.ROLLED_BACK), again))
