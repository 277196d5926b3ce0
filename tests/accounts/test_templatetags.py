"""Templates ask the matrix: `{% may %}` and `{% may_post %}`."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory

from annotations.accounts.enums import ANONYMOUS
from annotations.accounts.matrix import ROLES, Rule, matrix
from annotations.accounts.may import may, only_own
from annotations.accounts.models import User


def asked_by(role: str, method: str = "GET") -> HttpRequest:
    request = RequestFactory().generic(method, "/")
    request.user = AnonymousUser() if role == ANONYMOUS else User(role=role, is_active=True)
    return request


def rendered(text: str, role: str) -> str:
    return Template(text).render(Context({"request": asked_by(role)}))


@pytest.mark.parametrize("rule", matrix().rules.values(), ids=lambda rule: f"{rule.method}-{rule.route}")
def test_a_template_is_told_what_the_matrix_says(rule: Rule) -> None:
    text = f'{{% may "{rule.route}" "{rule.method}" as allowed %}}{{% if allowed %}}yes{{% endif %}}'
    for role in ROLES:
        assert rendered(text, role) == ("yes" if rule.allows(role) else "")


def test_who_is_no_longer_active_may_do_what_strangers_may() -> None:
    request = asked_by("lead")
    assert may(request, "review:accept", "POST")
    request.user = User(role="lead", is_active=False)
    assert not may(request, "review:accept", "POST")


def test_forms_are_asked_for_in_one_word() -> None:
    text = '{% may_post "redaction:hide_again" as hide %}{{ hide }} {% may "redaction:unredactions" as see %}{{ see }}'
    assert rendered(text, "lead") == "True True"
    assert rendered(text, "privacy_officer") == "False True"
    assert rendered(text, "contractor") == "False False"


@pytest.mark.parametrize("tag", ['may "review:acept"', 'may_post "review:adjudicate"'])
def test_a_misspelt_route_does_not_pass_for_a_refusal(tag: str) -> None:
    with pytest.raises(LookupError, match="no line"):
        rendered(f"{{% {tag} as allowed %}}", "lead")


def test_a_view_learns_whether_to_show_only_what_is_the_callers_own() -> None:
    """By the line of the route that the request was resolved to."""

    class Match:
        view_name = "break_glass:detail"

    for role, expected in (("lead", True), ("privacy_officer", False)):
        for method in ("GET", "HEAD"):
            request = asked_by(role, method)
            request.resolver_match = Match()  # type: ignore[assignment]
            assert only_own(request) is expected
    with pytest.raises(LookupError):
        only_own(asked_by("lead"))
