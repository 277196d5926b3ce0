"""Who is behind a pseudonym, and what a role is called."""

from django import template

from annotations.accounts import selectors
from annotations.accounts.models import User
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


@register.simple_tag
def second_people(route: str, asked_by: str, about: str = "") -> list[User]:
    """Who may decide by this route on what somebody asked for (`selectors.second_people`)."""
    return selectors.second_people(route, asked_by, about=about)


@register.simple_tag
def who_agrees_to_loss(user: User, asked_by: str) -> list[User]:
    """Who may agree that the person's second factors are taken away (`selectors.who_agrees_to_loss`)."""
    return selectors.who_agrees_to_loss(user, asked_by)
