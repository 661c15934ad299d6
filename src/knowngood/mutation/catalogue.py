"""Every mutation that is tried without being asked for."""

from typing import Final

from .bodies import BODIES
from .headers import HEADERS
from .model import Mutation
from .statuses import STATUSES

MUTATIONS: Final[tuple[Mutation, ...]] = (*STATUSES, *BODIES, *HEADERS)
