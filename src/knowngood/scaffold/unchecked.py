"""Say what a survey found and the suite does not ask for."""

from __future__ import annotations

from .survey import Survey
from .surveyor import guessed


def unchecked(survey: Survey) -> list[str]:
    """Return the paths that links, sitemaps and redirects led to, that are there, and that no check
    asks for, each with its status. What was made up, or guessed, was not found.

    Of a service that is an API alone there are none: the one path is that of its document.
    """
    if survey.api and not survey.pages:
        return []
    checked = {*(page.path for page in survey.pages), *survey.health, *survey.search.files}
    checked |= {survey.start, survey.version, survey.document, "/robots.txt", *guessed(survey.base)}
    if survey.missing == 200:  # the site has its page there, too
        checked.add("/sitemap.xml")
    made_up = f"{survey.base}/knowngood-"
    return [
        f"{path}: {status}"
        for path, status in survey.statuses.items()
        if status < 400 and path not in checked and not path.startswith(made_up)
        # a script is checked with its page
        if not path.partition("?")[0].endswith((".js", ".mjs"))
    ]
