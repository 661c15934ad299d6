"""The content side as it lies in a folder, for deployments that are made by flipping a link."""

from pathlib import Path

from fhr_standin.resource import JSON, NOT_FOUND, Resource, media_of, redirect
from fhr_standin.site import HEARTBEATS, VERSION

_INDEX = "index.html"


class Folder:
    """Serves the files below `root`, which may be a link, and need not be there yet.

    The link is followed once for each request, as a web server does: who flips it deploys.
    """

    def __init__(self, root: Path) -> None:
        """Take the folder, or the link to it."""
        self._root = root

    def find(self, path: str) -> Resource:
        """Return what is at `path` (no query): a file, the index of a folder, a redirect or 404.

        Nothing outside of the folder is served, wherever a path or a link leads.
        """
        try:
            root = self._root.resolve(strict=True)
            file = (root / path.lstrip("/")).resolve(strict=True)
            if not file.is_relative_to(root):
                return NOT_FOUND
            if file.is_dir() and not path.endswith("/"):
                return redirect(f"{path}/") if (file / _INDEX).is_file() else NOT_FOUND
            if path.endswith("/"):
                file /= _INDEX
            return Resource(file.read_bytes(), _media(path, file))
        except (OSError, ValueError, RuntimeError):  # not there, no name of a file, links in a ring
            return NOT_FOUND


def _media(path: str, file: Path) -> str:
    """Return the Content-Type; what the site itself does not have is of no type that is known."""
    if path in (VERSION, *HEARTBEATS):
        return JSON
    try:
        return media_of(file.name)
    except KeyError:
        return "application/octet-stream"
