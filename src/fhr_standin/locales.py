"""The locales a site is built for, and how a selection of them is written down."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fhr_standin.errors import UsageError

# The codes Firefox Health Report was localized into.
_LISTED = """
ach af an ar as ast az bg bn-BD bn-IN br bs ca cak cs cy da de dsb el en-GB en-US en-ZA eo es-AR
es-CL es-ES es-MX et eu fa ff fi fr fy-NL ga-IE gd gl gn gu-IN he hi-IN hr hsb hu hy-AM id is it
ja ja-JP-mac ka kab kk km kn ko lij lo lt ltg lv mai mk ml mr ms my nb-NO ne-NP nl nn-NO or pa-IN
pl pt-BR pt-PT rm ro ru si sk sl son sq sr sv-SE ta te th tl tr uk ur uz vi xh zh-CN zh-TW zu
"""
_CODES = _LISTED.split()
_RTL = frozenset({"ar", "fa", "he", "ur"})
_ALIASES = {"en-ZA": "en-US", "he": "en-US", "ja-JP-mac": "ja"}
# A small selection has to hold every kind of locale: plain, right-to-left, alias with its target.
_FIRST = ("en-US", "fr", "ar", "he", "de", "pl", "ja", "ja-JP-mac")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
_LINE = re.compile(r"(?P<code>\S+)(?P<rtl>\s+rtl)?(\s*=\s*(?P<target>\S+))?")
_MOST = 9_999  # synthetic codes have four digits


@dataclass(frozen=True, slots=True)
class Locale:
    """One locale of the site; `target` is the locale whose bytes an alias serves."""

    code: str
    rtl: bool = False
    target: str | None = None


KNOWN = {code: Locale(code, code in _RTL, _ALIASES.get(code)) for code in _CODES}


def choose(locales: int | Iterable[str]) -> tuple[Locale, ...]:
    """Return the locales of a selection, sorted by code.

    `wanted` is a number (1 to 9999: the known locales first, then synthetic ones, `x0001` and on)
    or lines of the form `CODE [rtl] [= TARGET]`. A known code alone carries its known direction
    and target. Raises UsageError for a number, line, repetition or target that cannot be.
    """
    lines = _numbered(locales) if isinstance(locales, int) else locales
    chosen: dict[str, Locale] = {}
    for locale in map(parse, lines):
        if locale.code in chosen:
            raise UsageError(f"locales: {locale.code!r} is listed twice; each code may stand once")
        chosen[locale.code] = locale
    if not chosen:
        raise UsageError("locales: the list is empty; at least one locale is needed")
    for locale in chosen.values():
        _check_target(locale, chosen)
    return tuple(sorted(chosen.values(), key=lambda locale: locale.code))


def parse(line: str) -> Locale:
    """Return the locale that one line `CODE [rtl] [= TARGET]` stands for, or raise UsageError."""
    match = _LINE.fullmatch(line.strip())
    if match is None or not _CODE.fullmatch(match["code"]):
        raise UsageError(f"locales: found {line!r}, allowed is CODE [rtl] [= TARGET]")
    code = match["code"]
    if match["rtl"] is None and match["target"] is None:
        return KNOWN.get(code, Locale(code))
    return Locale(code, match["rtl"] is not None, match["target"])


def read(text: str) -> list[str]:
    """Return the lines of a locale file that name a locale; `#` starts a comment."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _numbered(count: int) -> list[str]:
    if not 1 <= count <= _MOST:
        raise UsageError(f"locales: found {count}, allowed are 1 to {_MOST}")
    known = [*_FIRST, *(code for code in _CODES if code not in _FIRST)]
    return known[:count] + [f"x{number:04}" for number in range(1, count - len(known) + 1)]


def _check_target(locale: Locale, chosen: dict[str, Locale]) -> None:
    if locale.target is None:
        return
    target = chosen.get(locale.target)
    if target is None or target.target is not None:
        raise UsageError(
            f"locales: {locale.code} is an alias of {locale.target}, which must be in the list"
            " and no alias itself"
        )
