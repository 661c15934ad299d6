"""The files that the pages of every locale share with those of en-US."""

import re
from urllib.parse import urlsplit

from knowngood import checks


def files_of(page, resources, environment):
    """Return what a page needs below its locale or an alias's target, by path, but l10n/fr.js."""
    locale = page.path.split("/")[1]
    folders = {locale, environment.target(locale)}
    of_a_language = re.compile(rf"(?<![A-Za-z])({'|'.join(folders)}|en-US)(?![A-Za-z])")
    files = checks.own(resources, page)
    paths = ((urlsplit(file.url).path[1:].partition("/"), file) for file in files)
    mine = ((path, file) for (folder, _, path), file in paths if folder in folders)
    return {path: file for path, file in mine if not of_a_language.search(path)}


def reference_problems(page, english, resources, environment):
    """Return the files that only English needs, and the scripts that it does not.

    A locale may have other images, and a stylesheet of its own in place of one.
    """
    ours, theirs = (files_of(side, resources, environment) for side in (page, english))
    urls = {file.url for file in checks.own(resources, page)}
    extra = {path: ours[path].kind for path in sorted(ours.keys() - theirs)}
    replaced = ("stylesheet", "style-url", "spare-font") if "stylesheet" in extra.values() else ()
    needed = (path for path, file in theirs.items() if path not in ours and file.url not in urls)
    lost = sorted(path for path in needed if theirs[path].kind not in ("image", *replaced))
    problems = [f"the page does not refer to {path}; {english.path} does" for path in lost]
    added = [path for path, kind in extra.items() if kind == "script"]
    return problems + [f"the page refers to {path}; {english.path} does not" for path in added]
