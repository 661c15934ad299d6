"""Symptoms that are one cause."""

from __future__ import annotations

from dataclasses import dataclass, field

from .symptom import Symptom


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The symptoms of one cause.

    Attributes:
        core: those that show it themselves.
        attached: those of claims that read an answer which the core finds wrong.
        page: the one page that came in place of all that the core is about; empty for none.
        document: the one document that came so; empty for none.
        sent_as: the one media type that files of several kinds came under; empty for none.
    """

    core: list[Symptom]
    attached: list[Symptom] = field(default_factory=list)
    page: str = ""
    document: str = ""
    sent_as: str = ""

    @property
    def symptoms(self) -> list[Symptom]:
        """All symptoms."""
        return [*self.core, *self.attached]

    @property
    def in_place(self) -> str:
        """What came in place of all that the core is about; empty for nothing."""
        return self.page or self.document
