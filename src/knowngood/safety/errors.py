"""The errors of this package, as one tree. Which exit code each branch means stands beside it.

::

    KnowngoodError
    ├── UsageError         4: the person who started the run must change something
    │   ├── BadEnvironment, ServerNotStarted      environment
    │   ├── BadManifest, BadSchema                content
    │   ├── BadMark                               session
    │   └── BadSetting, HooksNotInstalled, BadHookCall         release
    ├── DeploymentError    1: the deployment answered, and answered wrong
    │   ├── ContentTooLarge                       safety
    │   └── SchemaMismatch                        content
    ├── RunnerError        75: this machine, its network, or somebody on the way
    │   ├── Blocked                               fetch
    │   ├── LockUnavailable                       supervisor
    │   └── GitError, RecordNotWritten, PushLocked  release
    └── NoAnswer           fetch: 1 or 75, which only the whole run can tell

:func:`knowngood.verdict.outcome.classify` decides for every exception, these and others, whose
fault it is.
"""

from __future__ import annotations


class KnowngoodError(Exception):
    """The base of every error that this package raises on purpose."""


class UsageError(KnowngoodError):
    """The person who started the run must change an option, a file or a setting.

    The message names it, what was found, what is allowed, and what to do.
    """


class DeploymentError(KnowngoodError, AssertionError):
    """The deployment answered, and answered wrong: an assertion that failed."""


class RunnerError(KnowngoodError):
    """The run's machine, its network or somebody on the way is in trouble."""
