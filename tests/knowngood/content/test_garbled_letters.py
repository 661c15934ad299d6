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


UKRAINIAN = "Скасувати надсилання; Початкові дані браузера; Видалити назавжди; Переглянути"
GERMAN = "Datenübermittlung|Abstürze heute|Wichtige Erklärung|Gerätehardware|Für Sie"


@pytest.mark.parametrize(
    ("text", "code_page", "other"),
    [
        (RUSSIAN * 2, "cp1251", "latin-1"),
        (ARABIC * 2, "cp1256", "cp1252"),
        (UKRAINIAN, "koi8_u", "cp1251"),
        (UKRAINIAN, "cp1251", "koi8_u"),
        (GERMAN, "cp1252", "cp1251"),
        ("Geändert", "utf-8", "mac_roman"),
    ],
)
def test_text_of_another_code_page(text: str, code_page: str, other: str) -> None:
    """It was never UTF-8, and no byte of it is lost; or it was, and one letter shows that."""
    misread = text.encode(code_page).decode(other)
    parts = misread.replace("|", "</p><p>").replace(";", "</p><p>")
    assert any("garbled letters: " in line for line in problems(parts))


@pytest.mark.parametrize(
    "text",
    [
        "Žádný</p><p>Àlgéríà</p><p>Háítí</p><p>" + RUSSIAN,
        "вiдмiнiти</p><p>кiлькiсть</p><p>мiнiмум",
        "Меню ОС</p><p>iPhone</p><p>вГУ</p><p>eBay и аNb",
        UKRAINIAN.replace(";", "</p><p>"),
        GERMAN.replace("|", "</p><p>"),
    ],
)
def test_texts_with_rare_letters(text: str) -> None:
    """Names may be of letters with accents alone, and some type a Latin letter for another."""
    assert problems(text) == []
