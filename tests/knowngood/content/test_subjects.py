"""Artefacts by name and digest, as the command line gives them."""

from __future__ import annotations

import pytest

from knowngood.content.subjects import BadSubject, parse, to_arguments

DIGEST = "ab" * 32


def test_artefacts_by_name() -> None:
    """A path, a registry's name and one with a tag."""
    names = ["dist/app.tar.gz", "ghcr.io/example/app", "localhost:5000/app:v8"]
    values = [f"{name}=sha256:{DIGEST}" for name in names]
    assert parse(values) == dict.fromkeys(names, DIGEST)
    assert parse(word.partition("=")[2] for word in to_arguments(parse(values))) == parse(values)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "app",
        f"app:{DIGEST}",
        f"=sha256:{DIGEST}",
        f"app=sha512:{DIGEST}",
        f"app=sha256:{DIGEST[1:]}",
        f"app=sha256:{DIGEST.upper()}",
        f"a b=sha256:{DIGEST}",
        f"app=sha256:{DIGEST}\n",
    ],
)
def test_no_artefact(value: str) -> None:
    """What is no name with a SHA-256 is told, with an example."""
    with pytest.raises(BadSubject, match="expected NAME=sha256:"):
        parse([value])


@pytest.mark.parametrize("names", [("content",), ("app", "app")])
def test_a_name_that_is_taken(names: tuple[str, ...]) -> None:
    """By the manifest's digest, or by another artefact."""
    with pytest.raises(BadSubject, match="is taken"):
        parse(f"{name}=sha256:{DIGEST}" for name in names)
