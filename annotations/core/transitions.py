"""State machines as data: each context lists its transitions in a table, which checks states and actors."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotations.core.errors import Conflict
from annotations.core.who import Actor, People, Refusal, Who


@dataclass(frozen=True)
class Transition:
    """`action` takes a thing from `source` to `target`. `who` says who may act."""

    source: str
    action: str
    target: str
    who: Who


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
        self._found = {(t.source, t.action): t for t in self.transitions}
        if len(self._found) != len(self.transitions):
            raise ValueError(f"{name}: an action leaves a state twice.")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.transitions)

    def target(self, state: str, action: str, actor: Actor, **people: str | None) -> str:
        """The state that this actor's `action` leads to from `state`.

        `people` are the pseudonyms of those whom the rules of this action name, None for nobody. Raises the rule's
        refusal (NotAllowed `not_allowed` for a wrong role) when the actor may not do it, even where it is not possible
        now; Conflict `not_possible_now` when it leads nowhere.
        """
        if refusal := self._why_not(state, action, actor, people):
            raise refusal.as_error()
        try:
            return self._found[state, action].target
        except KeyError:
            raise Conflict(
                "not_possible_now",
                f"“{action}” is not possible while the {self.name} is “{state}”. Reload to see where it stands.",
                state=state,
            ) from None

    def check(self, action: str, actor: Actor, **people: str | None) -> None:
        """Raises the refusal for an actor who may do `action` in no state at all."""
        if refusal := self._why_not(None, action, actor, people):
            raise refusal.as_error()

    def allows(self, state: str, action: str, actor: Actor, **people: str | None) -> bool:
        """Whether `target` would lead somewhere: for pages that offer what is possible."""
        refusal = self._why_not(state, action, actor, people)
        return refusal is None and (state, action) in self._found

    def _why_not(self, state: str | None, action: str, actor: Actor, people: People) -> Refusal | None:
        """The refusal of the transition from this state or, where there is none, of the first that refuses if all do.

        Raises LookupError for an action that the table does not know: a misspelt one must not pass for a conflict.
        """
        rules = [t.who for t in self.transitions if t.action == action]
        if not rules:
            raise LookupError(f"{self.name}: there is no action “{action}”.")
        if state is not None and (found := self._found.get((state, action))):
            rules = [found.who]
        refusals = [rule.why_not(actor, people) for rule in rules]
        return refusals[0] if all(refusals) else None

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
