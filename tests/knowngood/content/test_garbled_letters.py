"""Texts that a machine of another code page has read as its own."""

import pytest

from knowngood.content import html, leftovers

FRENCH = "Données très générées à côté déjà élevées là où être prêt"
JAPANESE = "このページはブラウザの状態を表示します"
ARABIC = "يعرض هذا الملخص حالة متصفحك"
RUSSIAN = "Состояние вашего браузера"
CHINESE = "此页面显示浏览器的运行状况报告"


def problems(text: str) -> list[str]:
    """What is unfinished in a page with this text."""
    page = f"<!doctype html><title>x</title><p>Firefox</p><p>{text}</p>"
    return leftovers.problems(page, html.parse(page))


@pytest.mark.parametrize(
    ("text", "code_page"),
    [
        (FRENCH, "cp850"),
        (FRENCH, "cp437"),
        (JAPANESE, "cp932"),
        (ARABIC, "cp1256"),
        (RUSSIAN, "cp1251"),
        (CHINESE, "gb18030"),
        (JAPANESE, "mac_roman"),
    ],
)
def test_text_that_was_misread(text: str, code_page: str) -> None:
    """Also where some bytes mean nothing there, and were left out."""
    misread = text.encode().decode(code_page, "ignore")
    assert any("garbled letters: " in line for line in problems(misread))


@pytest.mark.parametrize("text", [FRENCH, JAPANESE, ARABIC, RUSSIAN, CHINESE, "\u0bb5\u0bc7" * 9])
def test_text_in_its_own_letters(text: str) -> None:
    """No code page makes sense of it."""
    assert problems(text) == []


def test_a_few_letters() -> None:
    """They may be so by chance, as a table of characters is."""
    assert problems("├╝ is a corner") == []
