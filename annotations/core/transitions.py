"""State machines as data: each context lists its transitions in a table, services look them up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotations.core.errors import Conflict


@dataclass(frozen=True)
class Transition:
    """`action` takes a thing from `source` to `target`. `actor` says who acts (a role, or `worker`)."""

    source: str
    action: str
    target: str
    actor: str


class TransitionTable:
    """All transitions of one kind of thing.

    `initial` and `final` are the states it begins and may rest in for ever; every other state needs a way out,
    and every state but the initial ones a way in, which `problems` checks and a test asserts.
    """

    def __init__(
        self, name: str, *, initial: Iterable[str], final: Iterable[str], transitions: Iterable[Transition]
    ) -> None:
        self.name = name
        self.initial = frozenset(initial)
        self.final = frozenset(final)
        self.transitions = tuple(transitions)
        self._targets = {(t.source, t.action): t.target for t in self.transitions}
        if len(self._targets) != len(self.transitions):
            raise ValueError(f"{name}: an action leaves a state twice.")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions)

    def target(self, state: str, action: str) -> str:
        """The state that `action` leads to from `state`; Conflict `not_possible_now` when it leads nowhere."""
        try:
            return self._targets[state, action]
        except KeyError:
            raise Conflict(
                "not_possible_now",
                f"“{action}” is not possible while the {self.name} is “{state}”. Reload to see where it stands.",
                state=state,
            ) from None

    def sources(self, action: str) -> tuple[str, ...]:
        """The states from which `action` is possible."""
        return tuple(t.source for t in self.transitions if t.action == action)

    def problems(self, states: Iterable[str]) -> list[str]:
        """What keeps the table from being total over `states`: unknown, unreachable and dead-end states."""
        states = set(states)
        named = {s for t in self.transitions for s in (t.source, t.target)} | self.initial | self.final
        entered = {t.target for t in self.transitions} | self.initial
        left = {t.source for t in self.transitions} | self.final
        return (
            [f"{s} is not a state" for s in sorted(named - states)]
            + [f"nothing leads to {s}" for s in sorted(states - entered)]
            + [f"nothing leads out of {s}" for s in sorted(states - left)]
        )
