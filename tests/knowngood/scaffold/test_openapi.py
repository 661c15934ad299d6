"""An OpenAPI document is read from a file or an answer, or told from what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowngood.safety import UsageError
from knowngood.scaffold import openapi


@pytest.mark.parametrize("servers", [None, 5, {"a": 1}, [5], [{"url": "{host}/v1"}], []])
def test_servers_that_are_none(servers: object) -> None:
    """No URL is read from them."""
    assert openapi.server({"openapi": "3.0.0", "servers": servers}) == ""


def test_document_that_no_file_can_hold() -> None:
    """Half of a surrogate pair has no UTF-8."""
    with pytest.raises(ValueError, match="surrogates"):
        openapi.parse(b'{"openapi": "3.0.0", "paths": {}, "x": "\\ud800"}', "api.json")


def test_documents_that_are_none(tmp_path: Path) -> None:
    """The message says what is missing."""
    for text, why in [
        (
            '{"swagger": "2.0", "paths": {}}',
            "is a Swagger 2.0 document; allowed is OpenAPI 3: conv",
        ),
        ("swagger: '2.0'\npaths: {}\n", "is a Swagger 2.0 document"),
        ('{"openapi": "4.0.0", "paths": {}}', "no OpenAPI 3 document"),
        ("[1, 2]", "no OpenAPI 3 document"),
        ("a: [", "neither JSON nor YAML"),
        ('{"openapi": "3.0.0"}', "no OpenAPI 3 document"),
    ]:
        path = tmp_path / "api.json"
        path.write_text(text)
        with pytest.raises(UsageError, match=why):
            openapi.read(path)
    with pytest.raises(UsageError, match="No such file"):
        openapi.read(tmp_path / "none")
