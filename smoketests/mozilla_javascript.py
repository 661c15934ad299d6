"""Mozilla's own JavaScript 1.7 and 1.8, which only Firefox of FHR's time reads.

Its comprehensions and `for each` are rewritten in today's words, which knowngood can parse. Where a
script uses more of the dialect and does not parse, only its brackets are checked.
"""

import re

from knowngood import checks

CLAUSE = rb"(?:for\s*+(?:each\s*+)?+|if\s*+)\([^()]*+\)"
COMPREHENSION = re.compile(rb"\[\s*+(?=for\b)(?:%s\s*+)++" % CLAUSE)
FOR_EACH = re.compile(rb"\bfor(\s++)each\b")
NOT_REWRITTEN = re.compile(
    rb"""
      [\[(]\s*+for\b                           # a comprehension that was not rewritten
    | [\w\])]\s++for\s*+(?:each\s*+)?+\(       # a generator expression
    | \blet\s*+\(                             # let (x = 1) ...
    | \bcatch\s*+\(\s*+[\w$]++\s++if\b        # catch (e if ...)
    | \bfunction\b[^(){}]{0,99}+\([^()]{0,999}+\)\s*+[^\s{]  # function (x) x * x
    | \byield\b                              # in a function like any other
    """,
    re.X,
)


def trouble(source, kind):
    """Return why `source`, of a script element of type `kind`, is no whole script, with the line;
    None when it is one.
    """
    why = checks.script_trouble(source)
    if why is None or not checks.is_old_dialect(kind) or checks.markup_in_script(source):
        return why
    odd_bracket, plain = checks.unbalanced_script(source), rewritten(source)
    if odd_bracket or NOT_REWRITTEN.search(plain):
        return odd_bracket
    return checks.script_trouble(plain)


def rewritten(source):
    """Return `source` with Mozilla's comprehensions and `for each` in today's words, line by line
    as they were: it need not mean the same, but parse where the original does.
    """
    plain = COMPREHENSION.sub(lambda match: b"[0," + b"\n" * match[0].count(b"\n"), source)
    return FOR_EACH.sub(rb"for\1", plain)
