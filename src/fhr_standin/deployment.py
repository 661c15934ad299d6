"""A whole deployment put together from the options: its surfaces, and what it announces of them."""

from dataclasses import dataclass
from typing import Any

from fhr_standin import control
from fhr_standin.asgi import App
from fhr_standin.content import Content
from fhr_standin.faults import Armed, OriginFault, arm
from fhr_standin.inspection import Inspection
from fhr_standin.options import Options
from fhr_standin.serve import Surface, bind
from fhr_standin.site import Site
from fhr_standin.submission import Submissions

_LOOPBACK = "127.0.0.1"
_SOUND = OriginFault("", "PASSED", "content", "")


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
    return Deployment(
        _surface("content", content, options, faults),
        _surface("submission", submissions, options, faults),
        # Looking into the store is for this machine only, whatever the host.
        Surface(Inspection(content, submissions), bind("--host", _LOOPBACK, 0)),
        (Surface(control.control, bind("--host", _LOOPBACK, 0)),),
    )


def _surface(name: str, app: App, options: Options, faults: list[Armed]) -> Surface:
    """Return a surface of the deployment, its port taken, under the faults of its port."""
    wrong = [each.fault for each in faults if isinstance(each.fault, OriginFault)]
    fault = next((fault for fault in wrong if fault.surface == name), _SOUND)
    ports = {
        "content": ("--port", options.port),
        "submission": ("--submission-port", options.submission_port),
    }
    option, port = ports[name]
    sock = bind(option, options.host, port, listen=fault.listens != "refuses")
    return Surface(app, sock, options.tls, fault.listens, fault.host)


def _answers(surface: Surface) -> dict[str, str | int]:
    url = f"{surface.origin}{control.PATH}"
    return {"url": url, "status": control.STATUS, "body": control.BODY}
