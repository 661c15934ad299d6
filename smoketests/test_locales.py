"""Locales: each answers with its own content, an alias with its target's, others not at all."""

import pytest


@pytest.mark.catches("alias-differs")
@pytest.mark.get("content:/{target}/{*page}", "content:/{alias}/{*page}")
def test_an_alias_answers_as_its_target(responses):
    """Byte for byte: an alias is a link.

    $ for alias in $aliases; do
    >   test "$(curl -sS "$content/${alias%=*}/")" = "$(curl -sS "$content/${alias#*=}/")" ||
    >     echo "$alias"
    > done
    """
    middle = len(responses) // 2
    for target, alias in zip(responses[:middle], responses[middle:], strict=True):
        assert alias.content == target.content


@pytest.mark.catches("missing-file-200", "unknown-locale-200")
@pytest.mark.get("content:/xx-unknown/", "content:/en-US/js/no-such-file.js")
def test_what_is_not_there_is_404(responses):
    r"""An unknown locale, an unknown file: a server that says 200 hides what is missing.

    $ for path in xx-unknown/ en-US/js/no-such-file.js; do
    >   curl -sS -o /dev/null -w '%{http_code}\n' "$content/$path"
    > done
    404
    404
    """
    for response in responses:
        assert response.status_code == 404
