"""Define the base classes of all errors, and the exit code of each branch.

::

    KnowngoodError
    ├── UsageError         4: the person who started the run must change something
    │   ├── BadEnvironment, ServerNotStarted      environment
    │   ├── BadManifest, BadSchema                content
    │   ├── BadExpectation                        fetch
    │   ├── BadMark                               session
    │   └── BadSetting, HooksNotInstalled         release
    ├── DeploymentError    1: the deployment answered, and the answer is wrong
    │   ├── ContentTooLarge                       safety
    │   ├── SchemaMismatch                        content
    │   └── WrongStatus                           fetch
    ├── RunnerError        75: this machine, its network, or a proxy in between
    │   ├── Blocked                               fetch
    │   ├── LockUnavailable                       safety
    │   ├── StateUnusable                         watch
    │   └── GitError, RecordNotWritten, PushLocked, DeployRunning  release
    └── NoAnswer           fetch: 1 or 75, which only the whole run can tell

:func:`knowngood.verdict.outcome.classify` assigns any exception to one of the three branches.
"""

from __future__ import annotations


class KnowngoodError(Exception):
    """The base of every error that this package raises on purpose."""


class UsageError(KnowngoodError):
    """The person who started the run must change an option, a file or a setting.

    The message names it, its value, what is allowed, and what to do.
    """


class DeploymentError(KnowngoodError, AssertionError):
    """The deployment answered, and the answer is wrong: a failed assertion."""


class ContentTooLarge(DeploymentError):
    """The deployment sent content that is too large or too deeply nested to be checked."""


class RunnerError(KnowngoodError):
    """Something other than the deployment is in trouble, such as this machine or its network."""
