"""The sound site as a directory that a web server can serve."""

import os
from pathlib import Path

from fhr_standin.errors import UsageError
from fhr_standin.locales import Locale
from fhr_standin.site import PAGES, Site

SHARED = "_shared"


def write(site: Site, directory: Path) -> None:
    """Write `site` into `directory`, which must be empty or not be there yet.

    Shared files are written once, below `_shared`. Each locale has its own pages, and relative
    links to the shared folders. An alias is a link to its target. Raises UsageError if the
    directory holds something, OSError if the file system refuses.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"--write: {directory} is not empty; name a directory to be made")
    directory.mkdir(parents=True, exist_ok=True)
    for path, resource in site.top.items():
        (directory / path[1:]).write_bytes(resource.body)
    for inner, resource in site.shared.items():
        file = directory / SHARED / inner
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(resource.body)
    for locale in site.locales.values():
        _write_locale(site, locale, directory)


def _write_locale(site: Site, locale: Locale, directory: Path) -> None:
    own = directory / locale.code
    if locale.target is not None:
        own.symlink_to(locale.target, target_is_directory=True)
        return
    for prefix in PAGES:
        folder = own / prefix
        folder.mkdir()
        (folder / "index.html").write_bytes(site.page(locale.code, prefix).body)
        for shared in sorted((directory / SHARED / prefix).iterdir()):
            if f"{shared.name}/" not in PAGES:
                (folder / shared.name).symlink_to(os.path.relpath(shared, folder), True)
