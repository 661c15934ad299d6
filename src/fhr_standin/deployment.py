"""A whole deployment put together from the options: its surfaces, and what it announces."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fhr_standin import control
from fhr_standin.asgi import App
from fhr_standin.content import Content
from fhr_standin.faults import Armed, Certificate, OriginFault, arm
from fhr_standin.folder import Folder
from fhr_standin.inspection import Inspection
from fhr_standin.options import Options
from fhr_standin.serve import Surface, bind
from fhr_standin.site import Site
from fhr_standin.submission import Submissions

Tls = tuple[Path, Path]

_EDGES = 3
_LOOPBACK = "127.0.0.1"
_SOUND = OriginFault("", "PASSED", "content", "")


@dataclass(frozen=True, slots=True)
class Keys:
    """The certificates and keys of a run: of its surfaces, of the control, and who signed them.

    Without an authority of its own a run has no control over TLS: nothing it could prove.
    """

    content: Tls | None
    submission: Tls | None
    control: Tls | None = None
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """The surfaces of one run; `controls` are sound whatever the faults.

    Content has one surface, or one for each edge, of which the first is the origin's own.
    """

    content: tuple[Surface, ...]
    submission: Surface
    inspect: Surface
    controls: tuple[Surface, ...]
    ca: Path | None

    @property
    def surfaces(self) -> list[Surface]:
        """Everything that is to be served."""
        return [*self.content, self.submission, self.inspect, *self.controls]

    def announcement(self) -> dict[str, Any]:
        """Return what the process says once it is ready, as plain data for JSON."""
        announcement: dict[str, Any] = {
            "origins": {"content": self.content[0].origin, "submission": self.submission.origin},
            "inspect": self.inspect.origin,
            "control": [_answers(surface) for surface in self.controls],
        }
        if len(self.content) > 1:
            announcement["edges"] = {"content": [surface.address for surface in self.content]}
        if self.ca is not None:
            announcement["ca"] = str(self.ca)
        return announcement


@contextmanager
def build(options: Options) -> Iterator[Deployment]:
    """Give the deployment that was asked for, its ports taken; raises UsageError.

    The files of its certificates, where it makes some, are there until the context ends.
    """
    faults = arm(options.faults, options.locales)
    needing = [(armed.fault.surface, armed.fault.certificate) for armed in faults]
    surface, kind = next((needs for needs in needing if needs[1]), ("", None))
    if kind is None or (kind == "sound" and options.tls):
        yield _deployment(options, faults, Keys(options.tls, options.tls))
        return
    with tempfile.TemporaryDirectory(prefix="fhr-standin-") as folder:
        yield _deployment(options, faults, _keys(surface, kind, options, Path(folder)))


def _keys(surface: str, kind: Certificate, options: Options, folder: Path) -> Keys:
    """Return the keys of a run in which one surface has a certificate of this kind."""
    from fhr_standin.certificates import Authority

    authority = Authority(folder, tuple(dict.fromkeys((options.host, _LOOPBACK, "localhost"))))
    sound = authority.issue("sound")
    made = {surface: authority.issue(kind)}
    content, submission = (made.get(name, options.tls) for name in ("content", "submission"))
    return Keys(content, submission, sound, authority.ca)


def _deployment(options: Options, faults: list[Armed], keys: Keys) -> Deployment:
    contents = _contents(_site(options), faults, secure=keys.content is not None)
    submissions = Submissions(faults)
    controls = [None] if keys.control is None else [None, keys.control]
    return Deployment(
        tuple(_content(contents, options, faults, keys.content)),
        _surface("submission", submissions, options, faults, keys.submission),
        # Looking into the store is for this machine only, whatever the host.
        Surface(Inspection(contents, submissions), bind("--host", _LOOPBACK, 0)),
        tuple(Surface(control.control, bind("--host", _LOOPBACK, 0), tls) for tls in controls),
        keys.ca,
    )


def _site(options: Options) -> Site | Folder:
    if options.root is not None:
        return Folder(options.root)
    return Site(options.locales, options.release, options.commit)


def _contents(site: Site | Folder, faults: list[Armed], secure: bool) -> list[Content]:
    """Return content's one application, or three where a fault is one of an edge: the last has it.

    Each has the faults of all of them, which count for each alone.
    """
    common = [armed for armed in faults if not armed.fault.edge]
    if len(common) == len(faults):
        return [Content(site, faults, secure)]
    edges = [[replace(armed, counts=Counter()) for armed in common] for _ in range(_EDGES - 1)]
    return [Content(site, at_edge, secure) for at_edge in (*edges, faults)]


def _content(
    contents: list[Content], options: Options, faults: list[Armed], tls: Tls | None
) -> Iterator[Surface]:
    for number, app in enumerate(contents):
        last = number == len(contents) - 1
        acting = [armed for armed in faults if last or not armed.fault.edge]
        # One port can be asked for; the edges beside it take what is free.
        asked = options if not number else replace(options, port=0)
        yield _surface("content", app, asked, acting, tls)


def _surface(
    name: str, app: App, options: Options, faults: list[Armed], tls: Tls | None
) -> Surface:
    """Return a surface of the deployment, its port taken, under the faults of its port."""
    of_origins = [armed.fault for armed in faults if isinstance(armed.fault, OriginFault)]
    fault = next((fault for fault in of_origins if fault.surface == name), _SOUND)
    ports = {
        "content": ("--port", options.port),
        "submission": ("--submission-port", options.submission_port),
    }
    option, port = ports[name]
    sock = bind(option, options.host, port, listen=fault.listens != "refuses")
    return Surface(app, sock, tls, fault.listens, fault.host)


def _answers(surface: Surface) -> dict[str, str]:
    url = f"{surface.origin}{control.PATH}"
    return {"url": url, "body": control.BODY}
