"""``knowngood schema``."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import click

from .console import print_answer

SCHEMAS: Final = {
    "environment": ("knowngood.environment", "environment.schema.json"),
    "verdict": ("knowngood.report", "verdict.schema.json"),
}
"""The package and the file of each schema, by what it describes."""


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)), default="environment")
def command(name: str) -> int:
    """Print a JSON Schema: of an environment file (default), or of a verdict file.

    An editor completes and checks environment files with it: save it as
    `environments/environment.schema.json`, and begin each file with

    \b
        #:schema environment.schema.json

    Exit codes: 0 printed, 3 could not be written, 4 usage error.
    """
    package, file = SCHEMAS[name]
    print_answer((files(package) / file).read_text("utf-8").rstrip("\n"))
    return 0
