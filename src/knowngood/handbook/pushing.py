"""The gate by hand: where things stand and whether a release may go out, as steps of a handbook.

Where the environment's file does not say what is needed, a step says what to do instead, and
which line would give its command.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from ..environment.model import Environment
from ..release.record import OVERRIDDEN, RecordKind
from ..release.review import ReviewRule
from ..verdict.exit_codes import VerdictKind as Verdict
from . import shell
from .instruction import Example, Section, Step
from .putting import Putting, recorded, would_give

_LOG = "git --no-pager log --format='%h %an: %s'"


@dataclass(frozen=True, slots=True)
class Pushing:
    """The release side of ``environment``; ``origin`` is the shell's variable for the origin that
    names the release.
    """

    environment: Environment
    origin: str

    def before(self) -> Iterator[Step]:
        """What is set up: the site's repository, and functions."""
        if recorded(self.environment):
            yield Step(
                "Fetch the site's repository, from which releases are made, and which holds the "
                "records of what was pushed and verified. git must know who you are: "
                "`git config --global user.name` and `user.email` say.",
                (
                    Example('test -d "$here/site" || git clone --quiet "$repository" "$here/site"'),
                    Example(
                        'cd "$here/site" && git fetch --quiet --tags origin && echo ready', "ready"
                    ),
                ),
            )
        found = list(self._functions())
        if found:
            yield Step("Define what the steps below use.", (Example("\n".join(found), ""),))

    def _functions(self) -> Iterator[str]:
        release = self.environment.release
        if release is not None:
            yield shell.live(self.environment, release, self.origin)
            yield shell.there(release)
        if recorded(self.environment):
            yield shell.functions(self.environment)

    def stand(self) -> Section:
        """Where things stand."""
        return Section("Where things stand", "", tuple(self._standing()))

    def _standing(self) -> Iterator[Step]:
        if self.environment.release is None:
            yield Step(
                "Which release is live the deployment does not say: ask whoever pushed last. "
                + would_give(self.environment, "url", "release")
            )
        else:
            yield Step("What is live. One line comes back: the release.", (Example("live"),))
        if not recorded(self.environment):
            yield Step(
                "What was pushed, verified and good is on no record: ask whoever pushed last. "
                + would_give(self.environment, "repository", "release", "commands")
            )
            return
        for text, kinds in (
            ("What was last pushed, or rolled back", (RecordKind.PUSHED, RecordKind.ROLLED_BACK)),
            ("What was last verified", (RecordKind.VERIFIED,)),
        ):
            refs = " ".join(f'"refs/tags/{kind}/$env/"' for kind in kinds)
            command = (
                "git for-each-ref --count=1 --sort=-refname --sort=-taggerdate \\\n"
                f"  --format='%(contents:subject)' {refs}"
            )
            yield Step(f"{text}. At most one line comes back.", (Example(command),))
        yield Step(
            "The last known good release, with its commit: it PASSED, and has not FAILED since. "
            "Nothing comes back where there is none.",
            (Example('last_good "$env"'),),
        )

    def push(self) -> Section:
        """The gate's rules, and the push."""
        name = self.environment.name
        text = (
            f"`$release` goes to {name} if every one of these steps gives what must come back. "
            "If one does not, stop: nothing is pushed."
        )
        if recorded(self.environment):
            text += (
                " Who passes over a rule answers for it, on record: "
                f"`note {RecordKind.OVERRIDDEN} {OVERRIDDEN} 'WHY'`, behind the first of them."
            )
        return Section(
            "Push a release",
            text,
            (*self._gate(), *Putting(self.environment).put(RecordKind.PUSHED)),
        )

    def _gate(self) -> Iterator[Step]:
        if recorded(self.environment):
            yield from self._is_a_release()
            yield from self._passed()
            yield from self._outgoing()
        else:
            yield Step(
                "What the release is made of, who reviewed it, and whether it was verified "
                f"{self._before}, is for you to find out. "
                + would_give(self.environment, "repository", "release", "commands")
            )
        yield from self._window()

    @property
    def _before(self) -> str:
        before = self.environment.promotes_from
        return f"on {before}" if before is not None else "anywhere"

    def _is_a_release(self) -> Iterator[Step]:
        yield Step(
            "It is an annotated tag, which says who made it and when.",
            (
                Example(
                    'commit=$(git rev-parse --verify --quiet "refs/tags/$release^{commit}")\n'
                    'git cat-file -t "refs/tags/$release"',
                    "tag",
                ),
            ),
        )
        patterns = " ".join(f'"refs/tags/{kind}/*/$release/*"' for kind in RecordKind)
        yield Step(
            "Its tag was never moved: no record has it on another commit.",
            (
                Example(
                    f"git for-each-ref --format='%(*objectname)' \\\n  {patterns} |\n"
                    '  sort -u | sed "/^$commit$/d"',
                    "",
                ),
            ),
        )
        branch = self.environment.gate.branch
        yield Step(
            f"It is on the branch {branch}.",
            (
                Example(
                    f'git merge-base --is-ancestor "$commit" {shlex.quote(f"origin/{branch}")} '
                    "&& echo yes",
                    "yes",
                ),
            ),
        )

    def _passed(self) -> Iterator[Step]:
        gate = self.environment.gate
        before = self.environment.promotes_from
        seconds = ceil(gate.max_age * 86400)
        for name in (*((before,) if before is not None else ()), *gate.requires):
            yield Step(
                f"This very commit has passed on {name} in the last {gate.max_age:g} days, and "
                "has not failed there since.",
                (Example(f"judged {shlex.quote(name)} {seconds}", str(Verdict.PASSED)),),
            )

    def _outgoing(self) -> Iterator[Step]:
        there = 'there=$(git rev-parse --verify --quiet "$(live)^{commit}")\n'
        yield Step(
            "What goes out, since what is live: a line for each commit. Know of each why it does.",
            (Example(f'{there}{_LOG} ${{there:+"$there.."}}"$commit"'),),
        )
        yield Step(
            "It takes nothing back that is live.",
            (Example(f'{_LOG} "$commit..${{there:-$commit}}"', ""),),
        )
        review = self.environment.gate.review
        pattern = review or shell.REVIEWED
        allowed = (ReviewRule.by(review) if review else ReviewRule.usual()).allowed
        yield Step(
            f"Somebody has reviewed each of them: the message has {allowed}. What has no such "
            "mark comes back, but for merges that hold what git makes of their parents.",
            (
                Example(
                    f"mark={shlex.quote(pattern)}\n"
                    'for one in $(git rev-list ${there:+"$there.."}"$commit"); do\n'
                    '  git log -1 --format=%B "$one" |\n'
                    '    sed \'s/^Revert ".*"//; s/^Reapply ".*"//\' |\n'
                    f'    grep -Eq -e "$mark" || plain_merge "$one" || {_LOG} -1 "$one"\n'
                    "done",
                    "",
                ),
            ),
        )
        lock = 'git ls-remote origin "refs/knowngood/lock/$env"'
        yield Step("Nobody else is pushing.", (Example(lock, ""),))

    def _window(self) -> Iterator[Step]:
        gate = self.environment.gate
        days = [*gate.no_change, *sorted(gate.holidays)]
        if days:
            command = (
                f"LC_ALL=C TZ={shlex.quote(gate.timezone)} date '+%A %Y-%m-%d' | "
                f"sed -En {shlex.quote('/' + '|'.join(days) + '/p')}"
            )
            yield Step(
                f"Today is no day without changes in {gate.timezone}: {', '.join(days)}.",
                (Example(command, ""),),
            )
