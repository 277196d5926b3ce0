"""Who is behind a pseudonym, and which pseudonym somebody meant."""

from dataclasses import dataclass

from django.db.models import Q

from annotations.accounts.models import User
from annotations.audit import selectors as audit

# Is on the log, and in searches, for what was typed and names nobody: typed text never reaches the log.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Person:
    """An account as officers see it; what is unknown of a pseudonym is empty."""

    pseudonym: str
    username: str = ""
    country: str = ""


def people_by_pseudonym(pseudonyms: set[str]) -> dict[str, Person]:
    """Who is behind these pseudonyms; system actors and owners are nobody with an account."""
    found = User.objects.filter(pseudonym__in=pseudonyms).values_list("pseudonym", "username", "country")
    known = {pseudonym: Person(pseudonym, username, country) for pseudonym, username, country in found}
    return {pseudonym: known.get(pseudonym, Person(pseudonym)) for pseudonym in pseudonyms}


def pseudonym_of(person: str) -> str:
    """The pseudonym of whoever was typed as user name (in any case) or pseudonym; UNKNOWN, which nobody has, else."""
    named = dict(User.objects.filter(username__iexact=person).values_list("username", "pseudonym"))
    if person in named or len(named) == 1:
        return named.get(person) or named.popitem()[1]
    known = User.objects.filter(pseudonym=person.lower()).exists() or audit.names(person.lower())
    return person.lower() if known else UNKNOWN


def called_like(part: str, limit: int = 6) -> list[Person]:
    """The accounts whose user name or own name holds these words, by user name, so many at most."""
    found = User.objects.filter(Q(username__icontains=part) | Q(display_name__icontains=part)).order_by(
        "username"
    )
    return [Person(*row) for row in found.values_list("pseudonym", "username", "country")[:limit]]
