"""What a handbook's shell knows: functions that read and write the same records by git alone.

They are for a person's POSIX shell, and know what the commands know: a record's name and message
are those of :mod:`knowngood.release.record`, made by it.
"""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from typing import Final

from ..environment.model import Environment, Release
from ..release.record import DEPLOYED, Record, RecordKind
from ..verdict.exit_codes import ACTIONS, HOLD
from ..verdict.exit_codes import VerdictKind as Verdict

WRITTEN: Final = (
    RecordKind.VERIFIED,
    RecordKind.PUSHED,
    RecordKind.ROLLED_BACK,
    RecordKind.OVERRIDDEN,
)

_WHEN: Final = datetime(2000, 1, 1, tzinfo=UTC)

REVIEWED: Final = (
    r"(^|[][:space:](,;.[])r=(me,)?[:#]?"
    r"(([^][:space:][:punct:]m]|_)[[:alnum:]_.+@-]*"
    r"|m|m([^][:space:][:punct:]e]|[_.+@-])[[:alnum:]_.+@-]*"
    r"|me([[:alnum:]_]|[.+@-][[:alnum:]_])[[:alnum:]_.+@-]*)"
    r"([^[:alnum:]_.+@?-]|$)"
)
"""The usual review mark for ``grep -E``, which knows no looking around."""

UUID: Final = r"""uuid() {  # a new one
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n' |
    sed 's/^\(.\{8\}\)\(.\{4\}\).\(...\).\(...\)\(.\{12\}\)$/\1-\2-4\3-8\4-\5/'
}"""

_THERE: Final = r"""there() {  # whether $release is what is live, {agree} times in a row
  for i in {numbers}; do
    on=$(live)
    case $on in
      "$release") ;;
      ???????*) case $commit in "$on"*) ;; *) return 1 ;; esac ;;
      *) return 1 ;;
    esac
  done
}"""

_VERDICTS: Final = r"""verdicts() {  # of ENVIRONMENT: COMMIT SECONDS RELEASE/TIME VERDICT
  git for-each-ref --sort=-refname --sort=-taggerdate "refs/tags/{verified}/$1/" \
    --format='%(*objectname) %(taggerdate:unix) %(refname:lstrip=4) %(contents:subject)'
}"""

_SIGNED: Final = r"""signed() {  # whether somebody in $signers has signed a record
  git -c "gpg.ssh.allowedSignersFile=$here/$signers" -c gpg.program=false \
    -c gpg.openpgp.program=false -c gpg.x509.program=false verify-tag "$1" 2> /dev/null
}"""

_JUDGED: Final = r"""judged() {  # judged ENVIRONMENT SECONDS: how $commit ended there last
  verdicts "$1" | while read -r of time name verdict; do
    case "$of $verdict" in
      "$commit {failed}:"*) echo {failed} ;;
      "$commit {passed}:"*)
        {trusted}
        test "$time" -ge $(($(date +%s) - $2)) && echo {passed} || echo 'too old' ;;
      *) continue ;;
    esac
    break
  done
}"""

_LAST_GOOD: Final = r"""last_good() {  # last_good ENVIRONMENT [BUT]: COMMIT RELEASE
  bad=" $2 "
  verdicts "$1" | while read -r of time name verdict; do
    is=$(git rev-parse --verify --quiet "refs/tags/${name%/*}^{commit}")
    case "$verdict $bad" in
      {failed}:*) bad="$bad$of " ;;
      *" $of "*) ;;
      {passed}:*)
        test "${is:-$of}" = "$of" || continue
        {trusted}
        echo "$of ${name%/*}"
        break ;;
    esac
  done
}"""

PLAIN_MERGE: Final = r"""plain_merge() {  # whether a commit merges two, and changes nothing else
  test -n "$(git rev-list --no-walk --merges --max-parents=2 "$1")" &&
    test -z "$(git log --no-walk --no-show-signature --format= --remerge-diff --raw "$1")"
}"""

_CLEAN: Final = r"""clean() {  # text that may stand between a message's quotation marks
  printf %s "$1" | tr '\000-\037' ' ' | sed 's/[\\"]/\\&/g'
}"""

_NOTE: Final = r"""note() {  # note KIND VERDICT [WHY]: write down what became of $release
  n=$((${n:-0} + 1))
  when=$(date -u +%Y-%m-%dT%H:%M:%S).$(printf %06d "$n")+00:00
  tag=$1/$env/$release/$(printf %s "$when" | sed 's/[-:]//g; s/+0000$/Z/')
  day=$(printf %s "${when%.*}" | tr T ' ')
  who=$(clean "$(git var GIT_COMMITTER_IDENT | sed 's/>.*/>/')")
  where=$(clean "$(uname -n)")
  why=$(clean "${3:-by hand}")
  result={failed} action='{hold}'
  case $2 in {passed}) result={passed} action='{proceed}' ;; {failed}) action='{back}' ;; esac
  case $1 in
{messages}
  esac | GIT_COMMITTER_DATE="${when%.*} +0000" \
    git tag {how} --cleanup=verbatim -F - "$tag" "$commit" &&
    git push --quiet origin "refs/tags/$tag"
}"""

NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        "action bad commit day edge env good here i is mark n name of on one release repository "
        "result saw signers tag there time tries verdict when where who why",
    )
)
"""The variables that these functions, and the steps around them, use."""


def live(environment: Environment, release: Release, origin: str) -> str:
    """What prints the release on the air; ``origin`` is the variable of the origin that says so.
    Several lines where edges differ.
    """
    url = f'"${origin}"{shlex.quote(release.path)}'
    edges = environment.edges.get(release.origin, ())
    if not edges:
        return f"live() {{  # what is on the air\n  curl -sSg {url}{_picked(release)}\n}}"
    words = " ".join(shlex.quote(_connected(edge)) for edge in edges)
    return (
        f"live() {{  # what is on the air, at every edge\n  for edge in {words}; do\n"
        f'    curl -sSg --connect-to "$edge" {url}{_picked(release)}\n  done | sort -u\n}}'
    )


def _picked(release: Release) -> str:
    if release.shape == "text":
        return " | tr -d ' \\r\\n'; echo"
    key = re.sub(r"([\\\[\].*^$/])", r"\\\1", json.dumps(release.field))
    program = shlex.quote(rf's/.*{key} *: *"\([^"]*\)".*/\1/p')
    return f" | sed -n {program}"


def _connected(edge: str) -> str:
    """``::HOST:PORT``, as curl's --connect-to has it; a bare IPv6 address needs brackets."""
    if edge.count(":") > 1 and not edge.startswith("["):
        return f"::[{edge}]:"
    return f"::{edge}" if re.search(r":\d+$", edge) else f"::{edge}:"


def there(release: Release) -> str:
    """What tells whether ``$release`` is on the air."""
    numbers = " ".join(map(str, range(1, release.agree + 1)))
    return _filled(_THERE, agree=str(release.agree), numbers=numbers)


def functions(environment: Environment) -> str:
    """Those that read and write the records of ``environment``."""
    signed = environment.gate.signers is not None
    trusted = f'signed "{RecordKind.VERIFIED}/$1/$name" || continue'
    known = {
        "passed": str(Verdict.PASSED),
        "failed": str(Verdict.FAILED),
        "verified": str(RecordKind.VERIFIED),
        "proceed": ACTIONS[Verdict.PASSED],
        "back": ACTIONS[Verdict.FAILED],
        "hold": HOLD,
        "how": "-s" if signed else "-a",
        "messages": "\n".join(map(_message, WRITTEN)),
    }
    if signed:
        known["trusted"] = trusted
    texts = [
        _VERDICTS,
        *([_SIGNED] if signed else []),
        _JUDGED,
        _LAST_GOOD,
        PLAIN_MERGE,
        _CLEAN,
        _NOTE,
    ]
    if not signed:
        texts = [re.sub(r"\n +\{trusted\}", "", text) for text in texts]
    return "\n".join(_filled(text, **known) for text in texts)


def _message(kind: RecordKind) -> str:
    """A branch of ``case`` that prints the message of a record of this kind. It is a real one, in
    which the shell's variables stand for what is not known yet.
    """
    put = kind in (RecordKind.PUSHED, RecordKind.ROLLED_BACK)
    shell = Record(
        kind=kind,
        environment="$env",
        release="$release",
        commit="$commit",
        when=_WHEN,
        verdict=DEPLOYED if put else str(Verdict.FAILED),
        reason="$why",
        who="$who",
        where="$where",
    )
    paragraph, _, statement = shell.message().partition("\n\n")
    lines = ",\n".join(
        f' "{key}": {json.dumps(value)}' for key, value in json.loads(statement).items()
    )
    text = f"{paragraph}\n\n{{\n{lines}\n}}"
    for known, variable in (
        (f'"result": "{Verdict.FAILED}"', '"result": "$result"'),
        (f'"action": "{ACTIONS[Verdict.FAILED]}"', '"action": "$action"'),
        (f'"verdict": "{shell.verdict}"', '"verdict": "$2"'),
        (_WHEN.strftime("%Y-%m-%d %H:%M:%S"), "$day"),
        (_WHEN.isoformat(), "$when"),
    ):
        text = text.replace(known, variable)
    text = "$2" + text.removeprefix(shell.verdict)
    return f"    {kind})\n      cat << END ;;\n{text}\nEND"


def _filled(text: str, **known: str) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text
