"""The parts of a scorer, which are all that is saved of it: written to a folder, and read back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from regulars.learners import Booster
from regulars.lifetime import LifetimeValue
from regulars.notes import Note
from regulars.scorer import store
from regulars.scorer.absence import Absence
from regulars.scorer.attributes import NO_ATTRIBUTES, AttributeColumns
from regulars.scorer.ensemble import Ensemble
from regulars.scorer.settings import ScorerSettings


@dataclass(frozen=True)
class SavedParts:
    """What `Scorer` consists of; its docstring says what each part is."""

    settings: ScorerSettings
    training_cutoff: dt.date
    feature_names: tuple[str, ...]
    lifetime: LifetimeValue
    ensemble: Ensemble | None
    notes: tuple[Note, ...] = ()
    absence: Absence = field(default_factory=Absence)
    attributes: AttributeColumns = NO_ATTRIBUTES

    @cached_property
    def version(self) -> str:
        """First 12 hex digits of the checksum of the content."""
        return self._content().version

    def save(self, folder: str | Path) -> None:
        """Write `scorer.json`, the boosters' text and `manifest.json` into a new folder."""
        self._content().save(Path(folder))

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a saved scorer; a file that differs from the manifest is refused."""
        try:
            content, version = store.load(Path(folder))
            scorer = cls._of(content)
            saved, read = content.version, scorer.version
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise store.of_another_version(Path(folder), error) from None
        if saved != version:
            raise store.damaged(Path(folder), f"its content has the version {saved}, its manifest says {version}")
        if read != saved:  # a field that this version does not know, or for which it has a value of its own
            raise store.of_another_version(Path(folder))
        return scorer

    @classmethod
    def _of(cls, content: store.Content) -> Self:
        values, trees = content
        return cls(
            settings=ScorerSettings.from_dict(values["settings"]),
            training_cutoff=dt.date.fromisoformat(values["training_cutoff"]),
            feature_names=tuple(values["feature_names"]),
            lifetime=LifetimeValue.from_dict(values["lifetime"]),
            ensemble=values["ensemble"] and Ensemble.from_dict(values["ensemble"], lambda name: Booster(trees[name])),
            notes=tuple(map(Note.from_dict, values["notes"])),
            absence=Absence.from_dict(values["absence"]),
            attributes=AttributeColumns.from_dict(values.get("attributes", {})),
        )

    def _content(self) -> store.Content:
        values = {
            "settings": self.settings.to_dict(),
            "training_cutoff": self.training_cutoff.isoformat(),
            "feature_names": list(self.feature_names),
            "lifetime": self.lifetime.to_dict(),
            "ensemble": self.ensemble and self.ensemble.to_dict(),
            "notes": [note.to_dict() for note in self.notes],
            "absence": self.absence.to_dict(),
        }
        if self.attributes:
            values["attributes"] = self.attributes.to_dict()
        boosters = self.ensemble.boosters() if self.ensemble else ()
        return store.Content(values, {outcome: booster.text for outcome, booster in boosters})
