"""What the officers' pages show that templates cannot say themselves."""

from django import template

from annotations.accounts.enums import Role

from ..selectors import Person

register = template.Library()


@register.filter
def person(people: dict[str, Person], pseudonym: str) -> Person:
    return people.get(pseudonym) or Person(pseudonym)


@register.filter
def role(code: str) -> str:
    """The name of a role; those that no account has (worker, owner) as they are."""
    return str(Role(code).label) if code in Role.values else code


@register.filter
def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds with a tenth."""
    return f"{milliseconds / 1000:.1f}"
