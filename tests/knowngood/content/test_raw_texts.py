"""Texts in which readers see what nobody filled in or decoded."""

from __future__ import annotations

import pytest

from knowngood.content.raw_texts import raw_texts


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Sant&eacute; !", "&eacute;"),
        ("L&#39;\u00e9tat", "&#39;"),
        ("&brandShortName; health", "&brandShortName;"),
        ('<a href="/x">Privacy</a>', '<a href="/x">'),
        ("Health {ok}", "{ok}"),
        ("Health {l10n-extra}", "{l10n-extra}"),
        (">>>>>>> 4f2a1bc", ">>>>>>> 4"),
        ("<<<<<<< HEAD", "<<<<<<< H"),
        ("#{t(:startup)} by day", "#{t(:startup)}"),
        ('See < a href="/x">more', "< a href="),
        ("How ${name} does", "${name}"),
        ("[% title %] of it", "[% title %]"),
        ("{{ title", "{{"),
        ("@@greeting@@ you", "@@greeting@@"),
        ("%s has crashed", "%s"),
        ("About %1$s", "%1$s"),
        ("undefined", "undefined"),
        ("undefined \u20ac", "undefined \u20ac"),
        ("Total: NaN EUR", "Total: NaN EUR"),
        ("$NaN", "$NaN"),
        ("nan \u20ac", "nan \u20ac"),
        ("4.20 undefined", "4.20 undefined"),
        ("\u20acundefined", "\u20acundefined"),
        ("NaN %", "NaN %"),
        ("{ { event.title } }", "{ { event.title } }"),
        ("{ % trans x % } now", "{ % trans x % }"),
        ("By [object Object]", "[object Object]"),
        ("b'Startzeit'", "b'Startzeit'"),
        ('b"L\'accueil"', 'b"L\'accueil"'),
        (r"Vos donn\xc3\xa9es", r"\xc3\xa9"),
        (r"Sant\u00e9", r"\u00e9"),
        ("## Shown at the top", "## "),
        ("# This is the title of it.", "# This is the title of it."),
        ("# LOCALIZATION NOTE (title)", "# LOCALIZATION NOTE"),
        ("Sant=C3=A9", "=C3=A9"),
        ("La Sant%C3%A9 du", "Sant%C3%A9"),
        ("<x.__proxy__ object at 0x7f2c11>", "object at 0x7f2c11"),
        ('[missing "fr.sessions" translation]', '[missing "fr.sessions" translation]'),
        ("{ $count -> [one] day }", "{ $count ->"),
        ("{ -brand-short-name } health", "{ -brand-short-name }"),
        ("#, fuzzy msgid", "#, fuzzy"),
        ("% (count) s crashes", "% (count) s"),
        ("&fhr.title; here", "&fhr.title;"),
        ("%!s(MISSING) days", "%!s(MISSING"),
        ("by <no value>", "<no value>"),
        ("System.String[] days", "System.String[]"),
        ("HASH(0x55d0c8)", "HASH(0x55d0c8)"),
        ("<?= title ?> of", "<?= title ?>"),
        ("<%= title %> of", "<%= title %>"),
        ("bell\x01rings", "\x01"),
        ("of \u202eHealth", "\u202eHealth"),
    ],
)
def test_what_readers_see_raw(text: str, raw: str) -> None:
    """The raw part is told, with the text that it stands in."""
    assert list(raw_texts([text])) == [f'readers see {raw} in "{text}"']


@pytest.mark.parametrize(
    "text",
    [
        "R&D; more",
        "a < b > c",
        "I <3 you",
        "100%sure",
        "5 % sur 10",
        "{0} days",
        "me@x.org",
        "$5",
        "it is undefined",
        "compare it with $null",
        "the variable $undefined",
        "{ a } and { { b, c } }",
        "5 { % of it }",
        "3 undefined behaviours",
        "undefined % 2 is NaN",
        "NaN EUROPE",
        "Nan \u20ac 4.00",
        "b'atz'",
        "# of crashes in the last week",
        "# Tage seit dem letzten Absturz",
        "#1 of all browsers.",
        "50 % (environ) d'entre eux",
        "100% (sic) so",
        "C:\\users\\fade",
        "https://example.org/Sant%C3%A9",
        "example.org/?q=Sant%C3%A9",
        "R&D.x; more",
        "Is x <= 5 % or > 6 %?",
        "{ count }",
        "\u202ehtlaeH\u202c of it",
        "\u2067\u202ehtlaeH\u2069 of it",
        "\u202egro.elpmaxe@em",
        "\u202b\u0635\u062d\u0629 \u0627\u0644\u0645\u062a\u0635\u0641\u062d",
    ],
)
def test_what_readers_may_see(text: str) -> None:
    """Signs that a text may hold are not raw."""
    assert list(raw_texts([text])) == []
