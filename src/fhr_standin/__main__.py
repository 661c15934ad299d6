"""`python -m fhr_standin`: run a small Firefox Health Report."""

import asyncio
import json
import ssl
import sys
from typing import Any, TextIO

from fhr_standin.answers import answer_requests
from fhr_standin.deployment import Deployment, build
from fhr_standin.errors import UsageError
from fhr_standin.faults import FAULTS, Fault
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
        elif options.answers:
            answer_requests(_site(options), sys.stdin, sys.stdout)
        elif options.write:
            write(_site(options), options.write)
        else:
            _serve(options)
    except (UsageError, OSError) as error:
        _print(sys.stderr, f"python -m fhr_standin: error: {error}")
        return USAGE_ERROR
    return 0


def _site(options: Options) -> Site:
    return Site(options.locales, options.release, options.commit)


def _list_faults(as_json: bool) -> None:
    if as_json:
        rows = [_as_data(fault) for fault in FAULTS.values()]
        _print(sys.stdout, json.dumps(rows, indent=1))
        return
    width = max(map(len, FAULTS))
    for fault in FAULTS.values():
        _print(sys.stdout, f"{fault.name:{width}}  {fault.verdict:12}  {fault.doc}")


def _as_data(fault: Fault) -> dict[str, Any]:
    """Return a fault as a verifier reads it: paths as `ORIGIN:PATH`, a status or an error."""
    row = {
        "name": fault.name,
        "verdict": fault.verdict,
        "doc": fault.doc,
        "touches": [f"{fault.surface}:{path}" for path in fault.touches],
    }
    if fault.caught_by == "browser":
        row["level"] = "full"
    if fault.error:
        return row | {"error": fault.error}
    return row if fault.status is None else row | {"status": fault.status}


def _serve(options: Options) -> None:
    try:
        with build(options) as deployment:
            asyncio.run(run(deployment.surfaces, lambda: _announce(deployment, options)))
    except ssl.SSLError as error:
        raise UsageError(
            f"--tls-cert, --tls-key: not a PEM certificate and its key: {error}"
        ) from None


def _announce(deployment: Deployment, options: Options) -> None:
    announcement = deployment.announcement()
    _print(sys.stdout, json.dumps(announcement))
    if sys.stderr.isatty():
        code = options.locales[0].code
        _print(sys.stderr, f"Open {announcement['origins']['content']}/{code}/ in a browser.")
        _print(
            sys.stderr, f"Stored documents: {announcement['inspect']}/documents. Ctrl-C ends it."
        )


def _print(stream: TextIO, line: str) -> None:
    stream.write(f"{line}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
