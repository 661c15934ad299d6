"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

ENVIRONMENT: Final = click.option(
    "--env",
    "environment",
    required=True,
    metavar="NAME",
    help="a file in environments/, or the path of a .toml file",
)
OFFLINE: Final = click.option(
    "--offline", is_flag=True, help="do not fetch: answer from the records that are here"
)
RELEASE: Final = click.option(
    "--release", required=True, metavar="TAG", help="the release: an annotated tag"
)
MANIFEST: Final = click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="the manifest of the build that goes out: it must be the one that PASSED before",
)
OVERRIDE: Final = click.option(
    "--override", metavar="WHY", help="let it through in spite of the gate, on record"
)
