"""The command line of `python -m fhr_standin`: from words to values, each mistake explained."""

import argparse
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fhr_standin import locales
from fhr_standin.errors import UsageError
from fhr_standin.locales import Locale

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Options:
    """What a run was asked for, checked."""

    host: str
    port: int
    submission_port: int
    locales: tuple[Locale, ...]
    release: str
    commit: str | None
    faults: list[str]
    write: Path | None
    root: Path | None
    answers: bool
    list_faults: bool
    json: bool
    tls: tuple[Path, Path] | None


def parse(arguments: Iterable[str] | None = None) -> Options:
    """Return the options of a command line; a mistake ends the process with 2 and a message."""
    parser = _parser()
    values = parser.parse_args(None if arguments is None else list(arguments))
    try:
        tls = _tls(values.tls_cert, values.tls_key)
        if values.json and not values.list_faults:
            raise UsageError("--json: goes with --list-faults, which is not there")
        if values.write and values.fault:
            raise UsageError(
                f"--write: writes the sound site, but found --fault {values.fault[0]};"
                " start one without the other"
            )
        if values.root and (values.fault or values.write):
            other = f"--fault {values.fault[0]}" if values.fault else f"--write {values.write}"
            raise UsageError(
                f"--root: serves what is there, but found {other}; start one without the other"
            )
        if values.answers and (values.fault or values.root or values.write):
            raise UsageError(
                "--answers: reads the faults from stdin, and answers for the sound site;"
                " start it without --fault, --root and --write"
            )
        chosen = locales.choose(values.locales)
    except UsageError as error:
        parser.error(str(error))
    return Options(
        host=values.host,
        port=values.port,
        submission_port=values.submission_port,
        locales=chosen,
        release=values.release,
        commit=values.commit,
        faults=values.fault,
        write=values.write,
        root=values.root,
        answers=values.answers,
        list_faults=values.list_faults,
        json=values.json,
        tls=tls,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fhr_standin",
        description="A small Firefox Health Report: content, submission, and faults on request.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=0, help="content; 0 picks a free one (default: %(default)s)")
    add("--submission-port", type=_port, default=0, metavar="PORT", help="submission, likewise")
    add(
        "--locales",
        type=_locales,
        default=len(locales.KNOWN),
        metavar="N|FILE",
        help="how many, or a file with a line CODE [rtl] [= TARGET] each (default: %(default)s)",
    )
    add("--release", default="v1", help="version in /__version__ (default: %(default)s)")
    add("--commit", type=_commit, metavar="HEX40", help="commit in /__version__")
    add("--fault", action="append", default=[], metavar="NAME[@LOCALE]", help="may be repeated")
    add("--list-faults", action="store_true", help="print each fault and its verdict, and end")
    add("--json", action="store_true", help="print the list of faults as JSON")
    add(
        "--answers",
        action="store_true",
        help="print what faults change in the answers to the requests on stdin, and end",
    )
    add("--write", type=Path, metavar="DIR", help="write the content side as files, and end")
    add(
        "--root",
        type=Path,
        metavar="DIR",
        help="serve the content in a folder or link",
    )
    add("--tls-cert", type=_file, metavar="FILE", help="certificate chain, PEM")
    add("--tls-key", type=_file, metavar="FILE", help="its private key, PEM")
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"found {text!r}, allowed are 0 to 65535")
    return int(text)


def _commit(text: str) -> str:
    if not _COMMIT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"found {text!r}, allowed are 40 digits of 0-9a-f")
    return text


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"found {text!r}, which is not a file")
    return path


def _locales(text: str) -> int | list[str]:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return locales.read(Path(text).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(
            f"found {text!r}, allowed are a number or a file to read ({error})"
        ) from None


def _tls(cert: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        missing = "--tls-cert" if cert is None else "--tls-key"
        raise UsageError(f"{missing}: not given; --tls-cert and --tls-key go together")
    return cert, key
