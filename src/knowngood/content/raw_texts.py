"""See texts of a page in which readers see markup, a placeholder or bytes in place of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from . import page_texts

_RAW: Final = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{2,30});"  # &amp;eacute; in the page
    r"|</?(?:a|abbr|b|br|div|em|i|li|p|span|strong|ul)\b[^<>]{0,300}>"  # &lt;b&gt;
    r"|\{ \{ [\w.]{1,60} \} \}|\{ ?% ?\w{2,20}\b[^{}]{0,60} ?% ?\}"  # templates, also reformatted
    r"|\{(?:ok|l10n-extra)\}|< a href="
    r"|[$#]\{[\w.]+(?:\([^(){}]{0,60}\))?\}|\[% .{1,60} %\]|\{\{|\}\}|@@\w+(?:@@|\(\W)"
    r"|(?<!\S)%(?:\d\$)?s\b"
    r"|\[object \w+\]|\A(?:undefined|NaN)\Z"
    r"|(?-i:\A[bu](?:'[^']{5,}'|\".+\")\Z|(?:\\x[0-9a-f]{2}){2}|\\u(?=[a-f]*\d)[0-9a-f]{4})"
    r"|(?-i:\A##\s|\A# LOCALIZATION NOTE\b|\A# [A-Z]\S*(?: \S+){3,}\.\Z)|(?<!\S)#, fuzzy\b"
    r"|(?-i:=[C-F][0-9A-F]=[89AB][0-9A-F])"  # quoted-printable
    r"|(?<!\S)[\w'-]*%[c-f][0-9a-f]%[89ab][0-9a-f](?!\S*[/.?=])"  # a word as in a URL
    r"|\bobject at 0x[0-9a-f]{3,}|\b(?-i:HASH|ARRAY|CODE|SCALAR)\(0x[0-9a-f]+\)"
    r"|\[missing (?:\"[\w.-]+\" )?translation\b[^\]]{0,60}\]|(?<!\S)!!\w+(?:[._-]\w+)+!!"
    r"|\{ ?\$[\w-]+ ?(?:->|\})|\{ ?-[a-z][\w-]* ?\}"  # Fluent
    r"|(?-i:\A[a-z]\w*(?:-\w+){2,} = (?![a-z]|[A-Z]{2})[^\W\d_])"  # a line of its source
    r"|(?<!\d)(?<!\d\s)% ?\(\w+\) ?[sd](?![\w'\u2019])|%![a-z]\(\w+"  # gettext, Go
    r"|&[a-z]\w+(?:\.\w+)+;|<no value>|System\.String\[\]|<[?%]=? .{1,60} [?%]>"
    r"|<(?:xliff:)?(?:g|x|bx|ex|ph|mrk)\b[^<>]{0,99}\bid=[^<>]{0,99}>|</?xliff:g\b"  # XLIFF
    r"|<!\[CDATA\[|(?<!\S)@(?:string|plurals)/\w+|(?<!\w)%\{[a-z]\w{0,60}\}"  # XML, Android, Ruby
    r"|(?<!\S)#(?P<n>\d) [^;#]{1,80};(?!\s)[^;#]{0,80}#(?P=n)(?!\S)"  # Mozilla's plural forms
    r"|(?<=\w )\"\"(?=\w)[^\"]{1,80}(?<=\w)\"\"(?![\w\"])"  # CSV
    r"|\A(?=\S+[.!?\u2026]\Z)(?:[^\W\d_][\w'\u2019-]*[,;:]?\+){4,}\S+"  # a text as in a URL
    r"|\[native code\]"
    r"|(?-i:\A\(u?(?P<one>['\"]).+(?P=one),\)\Z|\A\{u?'[^']+': .+\}\Z)"  # a tuple, a dict
    r"|(?<!\S)(?<!\d\s)%(?:\d\$)?d(?![^\s.,;:!?)])"  # but 50 %d'intérêts
    r"|\breturned an object instead of string\b|\bmsg(?:id|str) \""  # i18next, gettext
    r"|(?<=[^\W\d_])\\'(?=[^\W\d_])"  # a quote that no script escapes
    r"|(?-i:(?<=[^\W\d_][.,:;!?])\\n|(?<=[^\W\d_])\\n(?=[\sA-Z]|\Z|\\n))"  # a line end
    r"|\{\$[\w.]{1,60}(?:\|[\w:'\"., -]{1,60})+\}"  # Smarty, Latte
    r"|#\{\w{1,20} (?P<t>['\"])[^{}]{1,60}(?P=t)\}"  # Haml, Pug
    r"|(?-i:Liquid (?:syntax )?error(?: \([^()]{1,80}\))?: )"
    r"|(?-i:\A(?:async )?function ?[\w$]{0,60}\([^()]{0,200}\) ?\{(?! ?\[native).*\}\Z)"
    r"|\A[<>]{7} \S|[\x01-\x08\x0e-\x1b\x80-\x84\x86-\x9f]"  # a merge in a file of texts
    r"|\u202e[^\u202c\u2069@]*\Z",  # turned round to the end, and no address hidden from robots
    re.I,
)
"""What readers never see where each step of a build was done, and done once."""

_NO_AMOUNT: Final = re.compile(
    r"\A(?:[^:]{0,40}: ?)?"
    r"(?:(?:[$\u20ac\xa3\xa5\u20b9]\s?(?:undefined|NaN)|[\u20ac\xa3]\s?null)\b|NaN\s?%\Z"
    r"|nan\s?[$\u20ac\xa3\xa5\u20b9]\Z"  # Python, PHP; but Nan is a bread
    r"|#(?:NAME\?|REF!|VALUE!|DIV/0!)\Z"  # Excel
    r"|(?:undefined|NaN|null)\s?(?:[$\u20ac\xa3\xa5\u20b9]|(?:EUR|USD|GBP|CHF)\b)"
    r"|\d+(?:[.,]\d+)? (?:undefined|null)\Z)"
)
"""The same of an amount, however short: ``NaN \u20ac``."""
_SHOWN: Final = 200  # characters of what is quoted


def raw_texts(texts: Iterable[str]) -> Iterator[str]:
    """Yield what is raw in each text of a page: markup that was escaped twice, or a placeholder
    that was not filled in, each in one line with the text. In a text with few letters, only an
    amount that was not filled in is certain to be wrong.
    """
    for text in texts:
        raw = _NO_AMOUNT.search(text)
        if page_texts.is_translated(text):
            raw = _RAW.search(text) or raw
        if raw:
            yield f'readers see {raw[0][:_SHOWN]} in "{text[:_SHOWN]}"'
