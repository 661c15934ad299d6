"""``python -m knowngood`` is the ``knowngood`` command."""

import sys

from .cli.main import main

sys.exit(main())
