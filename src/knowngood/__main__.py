"""``python -m knowngood`` is the ``knowngood`` command."""

import sys

from .garbage_collection import collect_seldom


def main() -> int:
    """Run the command; return its exit code, or 75 where a package that it needs is missing: Python
    would end with 1, which tells a pipeline to roll back.
    """
    collect_seldom()
    try:
        from .cli.main import main as command
    except ImportError as error:
        sys.stderr.write(
            f"knowngood: the installation is broken, nothing was done: {error}; install it again\n"
        )
        return 75
    return command()


if __name__ == "__main__":
    sys.exit(main())
