"""``knowngood init``: look at a deployment, and write the suite that it suggests.

It asks with GET alone and writes files that belong to the user. This room knows no verdict.
"""

from .api_checks import ApiChecks
from .openapi import read as read_openapi
from .openapi import server
from .project import FileChange, changes, write
from .suite import suite
from .survey import Survey
from .surveyor import survey
from .unchecked import named, unchecked

__all__ = [
    "ApiChecks",
    "FileChange",
    "Survey",
    "changes",
    "named",
    "read_openapi",
    "server",
    "suite",
    "survey",
    "unchecked",
    "write",
]
