"""Who signed a record, by ssh's allowed_signers; and the key that whoever acts here signs with."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..safety import one_line
from .git import GitError, Repository

_GOOD: Final = re.compile(r'^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$', re.M)


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of a tag.

    Attributes:
        principal: who made it, as the file of signers names the owner of the key; empty if that
            is not known.
        key: the fingerprint of the key, ``SHA256:…``.
        trouble: why it does not count; empty if it does.
    """

    principal: str = ""
    key: str = ""
    trouble: str = ""


def read(repository: Repository, tag: str, signers: Path | None) -> Signature:
    """Return the signature of ``tag``, which counts if somebody in ``signers``, an ssh
    allowed_signers file, made it. Where that is None no signature is asked for, and none is read.
    """
    if signers is None:
        return Signature()
    try:
        good = _GOOD.search(repository.verify_tag(tag, signers))
    except GitError as error:
        return Signature(trouble=one_line(str(error).partition(": ")[2] or str(error), 200))
    if good is None:
        return Signature(trouble="git accepts its signature and names no key of ssh's")
    return Signature(good[1], good[2])


def principals(signers: Path) -> list[str]:
    """Return the names of the owners of keys in a file of signers, each once, as they stand there;
    none if it cannot be read.
    """
    try:
        lines = signers.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []
    first = (line.split(maxsplit=1)[0] for line in lines if line.strip())
    return list(dict.fromkeys(name for name in first if not name.startswith("#")))


def own_key(repository: Repository) -> str:
    """Return the fingerprint of the ssh key that git signs with here; empty if it cannot be
    told. Raises GitError.
    """
    key = (repository.setting("user.signingKey") or "").removeprefix("key::")
    words = (key if key.startswith(("ssh-", "ecdsa-", "sk-")) else _public_key(key)).split()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error):
        return ""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _public_key(path: str) -> str:
    """Return the public key that belongs to the file of a private one, or is in this file."""
    if not path:
        return ""
    try:
        private = Path(path).expanduser()
        public = private if private.suffix == ".pub" else private.with_name(f"{private.name}.pub")
        return public.read_text("utf-8")
    except (OSError, ValueError, RuntimeError):  # the last: no home folder for ~
        return ""
