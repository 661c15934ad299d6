"""`python -m fhr_standin`: run a small Firefox Health Report."""

import asyncio
import json
import ssl
import sys
from typing import TextIO

from fhr_standin.deployment import Deployment, build
from fhr_standin.errors import UsageError
from fhr_standin.faults import FAULTS
from fhr_standin.options import Options, parse
from fhr_standin.serve import run
from fhr_standin.site import Site
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
    try:
        with build(options) as deployment:
            asyncio.run(run(deployment.surfaces, lambda: _announce(deployment, options)))
    except ssl.SSLError as error:
        raise UsageError(
            f"--tls-cert, --tls-key: not a PEM certificate and its key: {error}"
        ) from None


def _announce(deployment: Deployment, options: Options) -> None:
    said = deployment.announcement()
    _say(sys.stdout, json.dumps(said))
    if sys.stderr.isatty():
        code = options.locales[0].code
        _say(sys.stderr, f"Open {said['origins']['content']}/{code}/ in a browser.")
        _say(sys.stderr, f"Stored documents: {said['inspect']}/documents. Ctrl-C ends it.")


def _say(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
