"""Templates ask the permission matrix: a page shows no button, link or form that its reader may not use.

    {% may "datasets:create" as may_create %}{% if may_create %}...{% endif %}
    {% may_post "redaction:hide_again" as may_hide %}{% if may_hide %}<form method="post" ...>{% endif %}

Both are built in (`TEMPLATES` in the settings). Where it depends on the thing, not on the role alone, who may act, the
view asks the thing's transition table (`TransitionTable.allows`) and hands the answer to the template.
"""

from typing import Any

from django import template

from annotations.accounts import may as matrix

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], route: str, method: str = "GET") -> bool:
    """Whether the reader may call the route. Raises LookupError for a route that the matrix does not list."""
    return matrix.may(context["request"], route, method)


@register.simple_tag(takes_context=True)
def may_post(context: dict[str, Any], route: str) -> bool:
    """Whether the reader may send a form to the route."""
    return matrix.may(context["request"], route, "POST")
