"""Whether the log's checkpoints follow one another: none is left out between two, and each is of a declared epoch.

Checkpoints name the one before them since the log knows epochs; those of before do not.
"""

from collections.abc import Iterator, Sequence

from annotations.audit.integrity.problems import Problem
from annotations.audit.tree.checkpoints import FIRST_EPOCH, Checkpoint
from annotations.audit.tree.epochs import Declaration


class Chain:
    """Takes the checkpoints that are signed, in the order of their sizes, and says what is wrong with each."""

    def __init__(self, declared: Sequence[Declaration]) -> None:
        self._declared = {each.number: each for each in declared}
        self._last = 0
        self._epoch = FIRST_EPOCH

    def add(self, signed: Checkpoint) -> Iterator[Problem]:
        if signed.previous is not None and signed.previous != self._last:
            yield Problem(
                "checkpoint_left_out",
                f"The checkpoint of {signed.size} entries follows one of {signed.previous}, which is not here.",
            )
        yield from self._of_epoch(signed)
        self._last, self._epoch = signed.size, max(self._epoch, signed.epoch)

    def _of_epoch(self, signed: Checkpoint) -> Iterator[Problem]:
        what = f"The checkpoint of {signed.size} entries is of epoch {signed.epoch}"
        if signed.epoch < self._epoch:
            yield Problem("epoch_reversed", f"{what} and comes after one of epoch {self._epoch}.")
        if signed.epoch > FIRST_EPOCH:
            declared = self._declared.get(signed.epoch)
            if declared is None:
                yield Problem("epoch_undeclared", f"{what}, which nobody declared.")
            elif signed.size <= declared.entry:
                yield Problem("epoch_reversed", f"{what} and does not cover the entry that tells of it.")
        for later in self._declared.values():
            if signed.epoch < later.number and signed.size > later.restored.size:
                yield Problem(
                    "epoch_overstated",
                    f"{what} and is here, though epoch {later.number} goes on from {later.restored.size} entries.",
                )
