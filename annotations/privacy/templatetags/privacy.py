"""What the officers' pages show that templates cannot say themselves."""

from django import template

from ..selectors import Person

register = template.Library()


@register.filter
def person(people: dict[str, Person], pseudonym: str) -> Person:
    return people.get(pseudonym) or Person(pseudonym)


@register.filter
def seconds(milliseconds: int) -> str:
    """Milliseconds as seconds with a tenth."""
    return f"{milliseconds / 1000:.1f}"
