"""A log's keys through time: which of them sign a checkpoint of which size."""

from dataclasses import dataclass

from annotations.audit.tree.signed_notes import PublicKey


@dataclass(frozen=True)
class LogKey:
    """Signs checkpoints from size `since` on, and of `until` and later ones no more (None: signs still)."""

    vkey: str
    since: int
    until: int | None

    @property
    def public(self) -> PublicKey:
        return PublicKey.parse(self.vkey)

    def signs(self, size: int) -> bool:
        return self.since <= size and (self.until is None or size < self.until)
