"""What a scan finds, what it could not search, and what may be there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.rights.scan.probe import Kind

FOUND, NOT_SEARCHED, NOTHING = 1, 2, 0
"""Exit codes."""


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: the store, and in it a column, a file, a key. Never the value itself."""

    store: str
    where: str


@dataclass
class Report:
    """Grows while a scan goes on. `kept` is what a certificate says may be there, with the day on which that ends."""

    findings: Counter[tuple[Place, Kind]] = field(default_factory=Counter)
    kept: Counter[tuple[Place, Kind]] = field(default_factory=Counter)
    until: str = ""
    unsearched: dict[Place, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    searched: Counter[str] = field(default_factory=Counter)

    def found(self, place: Place, counts: Mapping[Kind, int]) -> None:
        for kind, count in counts.items():
            if count:
                self.findings[place, kind] += count

    def could_not(self, place: Place, why: str) -> None:
        self.unsearched[place] = why

    @property
    def exit_code(self) -> int:
        """1 when something is found, 2 when something could not be searched, else 0."""
        if self.findings:
            return FOUND
        return NOT_SEARCHED if self.unsearched else NOTHING

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "findings": [_told(place, kind, count) for (place, kind), count in sorted(self.findings.items())],
            "kept": [
                {**_told(place, kind, count), "until": self.until}
                for (place, kind), count in sorted(self.kept.items())
            ],
            "not_searched": [
                {"store": place.store, "place": place.where, "why": why}
                for place, why in sorted(self.unsearched.items())
            ],
            "left_out": list(self.left_out),
            "searched": dict(sorted(self.searched.items())),
        }


def _told(place: Place, kind: Kind, count: int) -> dict[str, Any]:
    return {"store": place.store, "place": place.where, "kind": str(kind), "count": count}
