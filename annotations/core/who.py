"""Who may do something, as data: transition tables name it, check it and are drawn with it.

    by("lead")
    by("lead", "privacy_officer", only=somebody_else_than("asked_by", "who asked", SECOND_PERSON))
    either(by("privacy_officer"), by("lead", only=nobody_but("asked_by", "who asked", NOT_YOURS)))

Where a rule compares the actor with a person whom the thing knows (who asked for it, whom it is about), it names that
person by a word, and whoever asks the rule says under that word who it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from annotations.core.errors import DomainError, NotAllowed

People = Mapping[str, str | None]


class Actor(Protocol):
    """Whoever acts, as the log knows them (`audit.actors.Actor`)."""

    @property
    def pseudonym(self) -> str: ...

    @property
    def role(self) -> str: ...


@dataclass(frozen=True)
class Refusal:
    """What somebody is told who may not do it. `error` is Missing where the thing must look as if it did not exist."""

    code: str
    message: str
    error: type[DomainError] = NotAllowed

    def as_error(self) -> DomainError:
        return self.error(self.code, self.message)


WRONG_ROLE = Refusal("not_allowed", "Your role may not do this.")


@dataclass(frozen=True)
class Relation:
    """Whether the actor is the `person` whom the thing knows (`same`), or anybody but them.

    `words` call that person in diagrams; `refusal` is for actors to whom it does not apply.
    """

    person: str
    words: str
    same: bool
    refusal: Refusal

    def __str__(self) -> str:
        return f"nobody but {self.words}" if self.same else f"somebody else than {self.words}"

    def holds(self, actor: Actor, people: People) -> bool:
        """Raises LookupError when whoever asks does not say who the person is; None says that there is nobody."""
        return (actor.pseudonym == people[self.person]) is self.same


def somebody_else_than(person: str, words: str, refusal: Refusal) -> Relation:
    return Relation(person, words, same=False, refusal=refusal)


def nobody_but(person: str, words: str, refusal: Refusal) -> Relation:
    return Relation(person, words, same=True, refusal=refusal)


@dataclass(frozen=True)
class By:
    """Somebody in one of these roles, and only with this relation to the thing. `refusal` is for other roles."""

    roles: tuple[str, ...]
    only: Relation | None = None
    refusal: Refusal = WRONG_ROLE

    def __str__(self) -> str:
        names = " or ".join(role.replace("_", " ") for role in self.roles)
        return f"{names}, {self.only}" if self.only else names

    def why_not(self, actor: Actor, people: People) -> Refusal | None:
        """Why this actor may not do it; None when they may."""
        if actor.role not in self.roles:
            return self.refusal
        return self.only.refusal if self.only and not self.only.holds(actor, people) else None

    def check(self, actor: Actor, **people: str | None) -> None:
        """Raises the refusal for an actor who may not do it."""
        if refusal := self.why_not(actor, people):
            raise refusal.as_error()


@dataclass(frozen=True)
class Either:
    """Whoever one of the alternatives lets through; a role stands in one of them at most."""

    alternatives: tuple[By, ...]

    def __post_init__(self) -> None:
        if len(set(self.roles)) != len(self.roles):
            raise ValueError(f"{self}: a role stands in two alternatives.")

    def __str__(self) -> str:
        return ", or ".join(map(str, self.alternatives))

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role for each in self.alternatives for role in each.roles)

    def why_not(self, actor: Actor, people: People) -> Refusal | None:
        """Why this actor may not do it, by the alternative of their role; None when they may."""
        of_role = [each for each in self.alternatives if actor.role in each.roles]
        return (of_role or self.alternatives)[0].why_not(actor, people)


Who = By | Either


def by(*roles: str, only: Relation | None = None, refusal: Refusal = WRONG_ROLE) -> By:
    return By(tuple(str(role) for role in roles), only, refusal)


def either(*alternatives: By) -> Either:
    return Either(alternatives)


# What the site does by itself, in a worker or along with somebody's act (`audit.actors.WORKER`).
THE_SITE = by("worker")
