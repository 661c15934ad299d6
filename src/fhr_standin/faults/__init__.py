"""The faults a stand-in can be started with.

To add one, add a line to the list of the module it belongs to: a name, what is wrong, where, and
a change put together from `changes`. Each fault leaves everything else sound.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from fhr_standin.errors import UsageError
from fhr_standin.faults import (
    askers,
    assets,
    behaviour,
    builds,
    config,
    headers,
    missing,
    months,
    origins,
    pages,
    policies,
    privacy,
    releases,
    reports,
    scripts,
    sound,
    structure,
    submission,
    texts,
    transport,
)
from fhr_standin.faults.model import (
    Armed,
    Ask,
    Certificate,
    ContentFault,
    Fault,
    Listens,
    OriginFault,
    Request,
    SubmissionFault,
)
from fhr_standin.locales import Locale

__all__ = [
    "FAULTS",
    "Armed",
    "Ask",
    "Certificate",
    "ContentFault",
    "Fault",
    "Listens",
    "OriginFault",
    "Request",
    "SubmissionFault",
    "arm",
]

_MODULES = (
    config,
    assets,
    pages,
    structure,
    texts,
    behaviour,
    builds,
    policies,
    headers,
    missing,
    months,
    askers,
    transport,
    origins,
    releases,
    submission,
    privacy,
    reports,
    scripts,
    sound,
)

FAULTS: dict[str, Fault] = {fault.name: fault for module in _MODULES for fault in module.FAULTS}
"""Every fault by name."""


def arm(names: Iterable[str], locales: Iterable[Locale]) -> list[Armed]:
    """Return the faults named `NAME` or `NAME@LOCALE`, ready to act on a site of these locales.

    Raises UsageError for a name or locale that is not there, for a locale if the fault is not
    about one, and for a fault that could change nothing on this site.
    """
    known = {locale.code: locale for locale in locales}
    return [_arm(name, known) for name in names]


def _arm(argument: str, locales: dict[str, Locale]) -> Armed:
    name, at, code = argument.partition("@")
    fault = FAULTS.get(name)
    if fault is None:
        near = ", ".join(get_close_matches(name, FAULTS, 5, cutoff=0.5))
        raise UsageError(
            f"--fault: there is no {name!r}; {f'near are: {near}; ' if near else ''}"
            "to list all: python -m fhr_standin --list-faults"
        )
    if not isinstance(fault, ContentFault) or fault.reach == "whole site":
        if at:
            raise UsageError(f"--fault: found {argument!r}, but {name} is not about one locale")
        return Armed(fault)
    if at and code not in locales:
        raise UsageError(f"--fault: found {argument!r}, allowed locales are: {', '.join(locales)}")
    _check_effect(fault, code, locales)
    if not at and fault.reach != "every locale":
        code = _middle(name, locales)
    return Armed(fault, code or None)


def _check_effect(fault: ContentFault, code: str, locales: dict[str, Locale]) -> None:
    concerned = [locales[code]] if code else list(locales.values())
    if fault.reach == "one entry" and code and locales[code].target:
        raise UsageError(f"--fault: {fault.name}@{code}: an alias has no entry of its own")
    if fault.needs == "alias" and not any(locale.target for locale in concerned):
        raise UsageError(f"--fault: {fault.name} needs a locale that is an alias, found none")
    served = [locales[locale.target or locale.code] for locale in concerned]
    if fault.needs == "rtl" and not any(locale.rtl for locale in served):
        raise UsageError(f"--fault: {fault.name} needs a right-to-left locale, found none")


def _middle(name: str, locales: dict[str, Locale]) -> str:
    """Pick a locale in the middle on which no other depends: only its own users see the fault."""
    targets = {locale.target for locale in locales.values()} | {"en-US"}
    plain = [code for code, locale in locales.items() if not locale.target and code not in targets]
    if not plain:
        raise UsageError(
            f"--fault: {name} is about one locale, and none is plain; write {name}@LOCALE"
        )
    return plain[len(plain) // 2]
