"""List all mutations."""

from typing import Final

from .bodies import BODIES
from .files import FILES
from .headers import HEADERS
from .json_documents import JSON_DOCUMENTS
from .model import Mutation
from .pages import PAGES
from .slowness import SLOWNESS
from .statuses import STATUSES
from .writes import WRITES

MUTATIONS: Final[tuple[Mutation, ...]] = (
    *STATUSES,
    *BODIES,
    *JSON_DOCUMENTS,
    *PAGES,
    *FILES,
    *WRITES,
    *HEADERS,
    *SLOWNESS,
)
