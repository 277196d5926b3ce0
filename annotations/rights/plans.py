"""What an erasure would do, store by store: shown before anything is done."""

import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

from annotations.rights import inventory
from annotations.rights.enums import Effect
from annotations.rights.inventory import Store
from annotations.rights.scopes import Reach, Scope


@dataclass(frozen=True)
class PlannedStore:
    """A store, how much is there of what the scope covers, and what becomes of it."""

    store: Store
    count: int
    effect: Effect


@dataclass(frozen=True)
class Plan:
    """What would be done to each store."""

    scope: Scope
    reach: Reach
    stores: tuple[PlannedStore, ...]

    @property
    def going(self) -> list[PlannedStore]:
        """What does not stay as it is, what is there first."""
        return sorted(
            (each for each in self.stores if each.effect != Effect.STAYS), key=lambda each: not each.count
        )

    @property
    def staying(self) -> list[PlannedStore]:
        return [each for each in self.stores if each.effect == Effect.STAYS]

    @property
    def nothing_there(self) -> list[PlannedStore]:
        return [each for each in self.stores if not each.count]

    @property
    def counts(self) -> dict[str, int]:
        return {each.store.code: each.count for each in self.stores}

    @property
    def digest(self) -> str:
        """SHA-256 of what would be taken, in hexadecimal. Looking at the plan adds to the log, which stays: that is no
        change."""
        going = {each.store.code: each.count for each in self.going}
        shown: dict[str, Any] = {
            "kind": str(self.scope.kind),
            "target": self.scope.target,
            "going": going,
            "clips": [str(clip) for clip in self.reach.public_ids],
        }
        return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()


def plan(scope: Scope, reach: Reach) -> Plan:
    """As it stands now."""
    stores = (
        PlannedStore(store, store.count(reach), store.effect_of(scope.kind)) for store in inventory.STORES
    )
    return Plan(scope, reach, tuple(stores))
