"""Reads the version document, or the header in its place, which names what is deployed."""

DOCKERFLOW = ("source", "version", "commit", "build")


def is_dockerflow(release):
    """Return whether the environment names the document that Dockerflow defines."""
    return release.path == "/__version__" and release.shape == "json" and not release.header


def release_in(response, release):
    """Return what an answer says of the release; services add what differs by server."""
    if release.header:
        return response.headers.get(release.header, "").strip()
    if release.shape == "text":
        return response.text.strip()
    document = response.json()
    if is_dockerflow(release):
        return {key: document.get(key) for key in DOCKERFLOW}
    for key in release.field.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return "" if document is None else str(document)
