"""`python -m fhr_standin`: run a small Firefox Health Report."""

import asyncio
import json
import ssl
import sys
from typing import TextIO

from fhr_standin.content import Content
from fhr_standin.errors import UsageError
from fhr_standin.faults import FAULTS, arm
from fhr_standin.inspection import Inspection
from fhr_standin.options import Options, parse
from fhr_standin.serve import Surface, bind, run
from fhr_standin.site import Site
from fhr_standin.submission import Submissions
from fhr_standin.write import write

USAGE_ERROR = 2


def main() -> int:
    """Do what the command line asks for; return the exit code."""
    options = parse()
    try:
        if options.list_faults:
            _list_faults(options.json)
        elif options.write:
            write(Site(options.locales, options.release, options.commit), options.write)
        else:
            _serve(options)
    except (UsageError, OSError) as error:
        _say(sys.stderr, f"python -m fhr_standin: error: {error}")
        return USAGE_ERROR
    return 0


def _list_faults(as_json: bool) -> None:
    if as_json:
        rows = [
            {"name": f.name, "verdict": f.verdict, "surface": f.surface, "doc": f.doc}
            for f in FAULTS.values()
        ]
        _say(sys.stdout, json.dumps(rows, indent=1))
        return
    width = max(map(len, FAULTS))
    for fault in FAULTS.values():
        _say(sys.stdout, f"{fault.name:{width}}  {fault.verdict:12}  {fault.doc}")


def _serve(options: Options) -> None:
    faults = arm(options.faults, options.locales)
    site = Site(options.locales, options.release, options.commit)
    content = Content(site, faults, secure=options.tls is not None)
    submissions = Submissions(faults)
    surfaces = [
        Surface(content, bind("--port", options.host, options.port), options.tls),
        Surface(
            submissions,
            bind("--submission-port", options.host, options.submission_port),
            options.tls,
        ),
        # Looking into the store is for this machine only, whatever the host.
        Surface(Inspection(content, submissions), bind("--host", "127.0.0.1", 0)),
    ]
    try:
        asyncio.run(run(surfaces, lambda: _announce(surfaces, options)))
    except ssl.SSLError as error:
        raise UsageError(
            f"--tls-cert, --tls-key: not a PEM certificate and its key: {error}"
        ) from None


def _announce(surfaces: list[Surface], options: Options) -> None:
    content, submission, inspect = (surface.origin for surface in surfaces)
    origins = {"content": content, "submission": submission}
    _say(sys.stdout, json.dumps({"origins": origins, "inspect": inspect}))
    if sys.stderr.isatty():
        code = options.locales[0].code
        _say(sys.stderr, f"Open {content}/{code}/ in a browser.")
        _say(sys.stderr, f"Stored documents: {inspect}/documents. Ctrl-C ends it.")


def _say(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
