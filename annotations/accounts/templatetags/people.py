"""Who is behind a pseudonym, and what a role is called."""

from django import template

from annotations.accounts.people import Person
from annotations.accounts.roles import role_name, signs_in

register = template.Library()


@register.filter
def person(people: dict[str, Person], pseudonym: str) -> Person:
    return people.get(pseudonym) or Person(pseudonym)


@register.filter
def of_people(code: str) -> bool:
    """Whether people have the role; programs do not sign in."""
    return signs_in(code)


@register.filter
def role(code: str) -> str:
    return role_name(code)
