"""The claims that the engine makes itself, beside those of the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .outcome import Outcome

PREFIX: Final = "knowngood::"
"""How their names begin. A verdict document has only those that failed."""

CONVERGED: Final = f"{PREFIX}every_edge_serves_the_release"
EVERYWHERE: Final = f"{PREFIX}every_address_of_a_name_serves_what_was_found"
ALIKE: Final = f"{PREFIX}every_edge_serves_the_same"
BUILT: Final = f"{PREFIX}every_file_is_the_one_that_was_built"

CLAIMS: Final = {
    CONVERGED: "Every edge serves the release that is to be verified, before anything is checked.",
    EVERYWHERE: "Every address of a name serves what was found by that name.",
    ALIKE: "Every edge serves the same bytes.",
    BUILT: "Every file that is served is the one that was built.",
}


def is_own(check: str) -> bool:
    """Return whether a check is one of these claims."""
    return check.startswith(PREFIX)


def broken(name: str, kind: str, message: str, **fields: Any) -> Outcome:
    """Return the outcome of the claim ``name``, which does not hold."""
    from .outcome import FAILED, Outcome  # its types need the HTTP client, and the names do not

    claim = CLAIMS[name]
    return Outcome(name, name, claim, result=FAILED, kind=kind, message=message, **fields)
