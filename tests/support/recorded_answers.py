"""Recorded answers of each kind, and their changes by the name of a mutation."""

import gzip
import json
from collections.abc import Mapping

from knowngood.fetch import Answer, Exchange, Probe, Response, respond
from knowngood.fetch.probe import Attempt
from knowngood.mutation import MUTATIONS, Change, Mutation, Recorded

CATALOGUE: Mapping[str, Mutation] = {mutation.name: mutation for mutation in MUTATIONS}

PAGE = """<!doctype html>
<html lang="fr" dir=ltr>
<head>
<meta charset="utf-8">
<title>Bilan de santé</title>
<link rel="stylesheet" href="css/styles.css">
<script src="js/data.js"></script>
</head>
<body onload="init()">
<!-- the graph -->
<h1>Santé de Firefox</h1>
<div id="graph" class=wide></div>
<script>init();</script>
</body>
</html>
"""
USER = {"id": 7, "user": {"email": "ann@example.org", "tags": ["a", "b"]}, "old": None}


def answered(
    body: str | bytes,
    content_type: str = "text/plain",
    *,
    status: int = 200,
    url: str = "http://site.test/fr/x",
    headers: Mapping[str, str] | None = None,
    gzipped: bool = False,
) -> Answer:
    """An answer as it was sent, with its Content-Type and Content-Length."""
    plain = body.encode() if isinstance(body, str) else body
    sent = gzip.compress(plain, mtime=0) if gzipped else plain
    lines = {"Content-Type": content_type, "Content-Length": str(len(sent)), **(headers or {})}
    if gzipped:
        lines["Content-Encoding"] = "gzip"
    encoded = tuple((name.encode(), value.encode()) for name, value in lines.items())
    return Answer(status, url, encoded, sent, decoded=len(plain) if gzipped else 0)


def document(value: object, **options: object) -> Recorded:
    """A JSON document that was read with GET."""
    return Recorded("GET", answered(json.dumps(value), "application/json", **options))  # type: ignore[arg-type]


def page(text: str = PAGE, **options: object) -> Recorded:
    """A page that was read with GET."""
    return Recorded("GET", answered(text, "text/html; charset=utf-8", **options))  # type: ignore[arg-type]


def changes(name: str, recorded: Recorded) -> dict[str, Change]:
    """The changes of the mutation called ``name``, by what is wrong then."""
    return {change.predicate: change for change in CATALOGUE[name].changes(recorded)}


def changed(name: str, recorded: Recorded, predicate: str = "") -> Answer:
    """The answer as the mutation changes it; without ``predicate`` it must know one way only."""
    ways = changes(name, recorded)
    change = ways[predicate] if predicate else next(iter(ways.values()))
    assert predicate or len(ways) == 1, f"{name}: {', '.join(ways)}"
    answer = change.apply(recorded)
    assert answer is not None, f"{name} does not apply"
    return answer


def read(answer: Answer) -> Response:
    """The answer as a check reads it. The caller keeps its exchange by ``response.exchange``."""
    exchange = Exchange(Probe("site", answer.url), (Attempt(0, 0.1, answer.status),), answer)
    response = respond(exchange)
    response.extensions["exchange"] = exchange  # which a response refers to only weakly
    return response
