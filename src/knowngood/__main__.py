"""``python -m knowngood`` is the ``knowngood`` command."""

import sys

from .cli import main

sys.exit(main())
