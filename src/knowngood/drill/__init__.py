"""Prove that the checks can fail, and that a bad release is rolled back.

:func:`drill_mutations` changes what a deployment answered, and runs the checks again in this
process. :func:`drill_faults` starts a deployment with one fault after the other;
:func:`drill_rollback` pushes a bad release in a sandbox. These start real runs and commands as
processes. This room prints nothing by itself: who calls it hands in ``say``.
"""

from .fault_drill import PAIRS, drill_faults
from .mutation_drill import SECONDS, MutationOptions, drill_mutations
from .rollback import drill_rollback

__all__ = [
    "PAIRS",
    "SECONDS",
    "MutationOptions",
    "drill_faults",
    "drill_mutations",
    "drill_rollback",
]
