"""Every mutation that is tried without being asked for."""

from typing import Final

from .bodies import BODIES
from .headers import HEADERS
from .json_documents import JSON_DOCUMENTS
from .model import Mutation
from .statuses import STATUSES

MUTATIONS: Final[tuple[Mutation, ...]] = (*STATUSES, *BODIES, *HEADERS, *JSON_DOCUMENTS)
