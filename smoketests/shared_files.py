"""The files that the pages of every locale share with those of en-US."""

import re
from urllib.parse import urlsplit

from knowngood import checks


def files_of(page, resources, environment):
    """Return what a page needs below its locale or an alias's target, by path."""
    folders = folders_of(page, environment)
    files = checks.own(resources, page)
    paths = ((urlsplit(file.url).path[1:].partition("/"), file) for file in files)
    return {path: file for (folder, _, path), file in paths if folder in folders}


def folders_of(page, environment):
    """Return a page's locale, and its target."""
    locale = page.path.split("/")[1]
    return {locale, environment.target(locale)}


def reference_problems(page, english, resources, environment):
    """Return the files that only English needs, and the scripts that it does not.

    A locale may have other images, a stylesheet of its own in place of one, and files of its
    language, as `l10n/fr.js`. What both have is none of these: `img/bg.png` is a background.
    """
    ours, theirs = (files_of(side, resources, environment) for side in (page, english))
    languages = "|".join({"en-US", *folders_of(page, environment)})
    of_a_language = re.compile(rf"(?<![A-Za-z])({languages})(?![A-Za-z])").search
    urls = {file.url for file in checks.own(resources, page)}
    extra = {path: ours[path].kind for path in ours.keys() - theirs if not of_a_language(path)}
    replaced = ("stylesheet", "style-url", "spare-font") if "stylesheet" in extra.values() else ()
    needed = (path for path in theirs.keys() - ours if theirs[path].url not in urls)
    may_lack = ("image", *replaced)
    lost = sorted(p for p in needed if theirs[p].kind not in may_lack and not of_a_language(p))
    problems = [f"the page does not refer to {path}; {english.path} does" for path in lost]
    added = sorted(path for path, kind in extra.items() if kind == "script")
    return problems + [f"the page refers to {path}; {english.path} does not" for path in added]
