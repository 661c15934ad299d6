"""What to paste that takes more than a line: schemas, and checks that are yet to be written. Pure.

All that belongs in one schema, or in one new check, is put together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..safety import one_line
from .mutant_results import MutantResult, Notice
from .mutation_score import grouped
from .remedy import Remedy, in_loop

_WIDTH: Final = 88  # columns of JSON, and of a path in a docstring


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text to paste.

    Attributes:
        place: where it belongs, as people write it.
        text: its lines.
    """

    place: str
    text: str


def snippets(results: Iterable[MutantResult]) -> list[Snippet]:
    """Return what would catch the missed ones of ``results``, beside single lines."""
    missed = [result for result in results if result.notice is Notice.MISSED and result.remedy]
    by_weight = sorted(missed, key=lambda result: (-result.weight, result.mutation))
    with_schema = [result for result in by_weight if _remedy(result).schema]
    new = [result for result in by_weight if _remedy(result).place.mark]
    of_file = grouped(with_schema, lambda result: _remedy(result).schema_file)
    of_place = grouped(new, lambda result: _remedy(result).place.name)
    return [
        *(snippet for mutants in of_file.values() for snippet in _schema(mutants)),
        *(_new_check(mutants) for mutants in of_place.values()),
    ]


def _remedy(result: MutantResult) -> Remedy:
    assert result.remedy is not None
    return result.remedy


def _schema(mutants: list[MutantResult]) -> Iterator[Snippet]:
    """Yield a schema, and the line that calls it in each check that is there."""
    remedies = [_remedy(result) for result in mutants]
    schema: Mapping[str, Any] = {}
    for remedy in remedies:
        schema = _merged(schema, remedy.schema)
    yield Snippet(f"{remedies[0].schema_file}, a new file", _json(schema))
    places = {remedy.place: remedy for remedy in remedies if not remedy.place.mark}
    for place, remedy in places.items():
        needs = "".join(f", with {need}" for need in remedy.needs)
        yield Snippet(
            f"{place.file}: {place.words}{needs}", "\n".join(in_loop(place, [schema_line(remedy)]))
        )


def _new_check(mutants: list[MutantResult]) -> Snippet:
    """Return a check with the lines for what users notice; if there are none, with all."""
    heavy = [result for result in mutants if result.weight >= 1] or mutants
    remedies = [_remedy(result) for result in heavy]
    place = remedies[0].place
    lines = dict.fromkeys(remedy.line or schema_line(remedy) for remedy in remedies)
    needs = dict.fromkeys(need for remedy in remedies for need in remedy.needs)
    schema = ", schema" if any(remedy.schema for remedy in remedies) else ""
    url, _ = json.JSONDecoder().raw_decode(place.mark)
    path = one_line(url.partition(":")[2], _WIDTH).replace("\\", "").replace('"', "")
    text = [
        f"@pytest.mark.{place.method.lower()}({place.mark})",
        f"def {place.test}(response{schema}):",
        f'    """{path} is what it should be."""',
        *(f"    {line}" for line in lines),
    ]
    head = [*needs, ""] if needs else []
    return Snippet(f"{place.file}, a new check", "\n".join([*head, *text]))


def schema_line(remedy: Remedy) -> str:
    """Return the line that checks an answer against the schema of a remedy."""
    name = remedy.schema_file.rpartition("/")[2].partition(".")[0]
    return f'schema("{name}").check(response.json())'


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that says what both say."""
    both = {**one, **other}
    for key in one.keys() & other.keys():
        if isinstance(one[key], Mapping):
            both[key] = _merged(one[key], other[key])
        elif key == "required":
            both[key] = sorted({*one[key], *other[key]})
    return both


def _json(value: Any, indent: str = "") -> str:
    """Return JSON with its keys in order, in which what fits in a line stands in one."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not isinstance(value, Mapping) or len(indent + line) <= _WIDTH:
        return line
    inner = f"{indent}  "
    members = (
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_json(item, inner)}"
        for key, item in sorted(value.items())
    )
    return "\n".join(["{", ",\n".join(members), f"{indent}}}"])
