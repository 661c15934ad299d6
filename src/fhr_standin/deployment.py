"""A whole deployment put together from the options: its surfaces, and what it announces of them."""

from dataclasses import dataclass
from typing import Any

from fhr_standin import control
from fhr_standin.content import Content
from fhr_standin.faults import arm
from fhr_standin.inspection import Inspection
from fhr_standin.options import Options
from fhr_standin.serve import Surface, bind
from fhr_standin.site import Site
from fhr_standin.submission import Submissions

_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The surfaces of one run; `controls` are sound whatever the faults."""

    content: Surface
    submission: Surface
    inspect: Surface
    controls: tuple[Surface, ...]

    @property
    def surfaces(self) -> list[Surface]:
        """Everything that is to be served."""
        return [self.content, self.submission, self.inspect, *self.controls]

    def announcement(self) -> dict[str, Any]:
        """Return what the process says once it is ready, as plain data for JSON."""
        return {
            "origins": {"content": self.content.origin, "submission": self.submission.origin},
            "inspect": self.inspect.origin,
            "control": [_answers(surface) for surface in self.controls],
        }


def build(options: Options) -> Deployment:
    """Return the deployment that was asked for, its ports taken; raises UsageError."""
    faults = arm(options.faults, options.locales)
    site = Site(options.locales, options.release, options.commit)
    content = Content(site, faults, secure=options.tls is not None)
    submissions = Submissions(faults)
    ports = {"--port": options.port, "--submission-port": options.submission_port}
    first, second = (bind(option, options.host, port) for option, port in ports.items())
    return Deployment(
        Surface(content, first, options.tls),
        Surface(submissions, second, options.tls),
        # Looking into the store is for this machine only, whatever the host.
        Surface(Inspection(content, submissions), bind("--host", _LOOPBACK, 0)),
        (Surface(control.control, bind("--host", _LOOPBACK, 0)),),
    )


def _answers(surface: Surface) -> dict[str, str | int]:
    url = f"{surface.origin}{control.PATH}"
    return {"url": url, "status": control.STATUS, "body": control.BODY}
