"""The top bar marks the page where one is."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from annotations.accounts.context import navigation
from annotations.accounts.enums import Role
from annotations.accounts.models import User


def current(role: Role, path: str) -> list[str]:
    request = RequestFactory().get(path)
    request.user = User(role=role, is_active=True)
    return [str(item["label"]) for item in navigation(request)["navigation"] if item["current"]]


@pytest.mark.parametrize(
    ("role", "path", "expected"),
    [
        (Role.LEAD, "/review/adjudication/", ["Adjudication"]),
        (Role.LEAD, "/review/adjudication/0d3c5a53-3f5c-4b7e-9a55-111111111111/", ["Adjudication"]),
        (Role.CONTRACTOR, "/review/", ["Review"]),
        (Role.ML_ENGINEER, "/datasets/new/", ["Datasets"]),
        (Role.PRIVACY_OFFICER, "/audit/clips/0d3c5a53-3f5c-4b7e-9a55-111111111111/", ["Audit"]),
        (Role.OPERATOR, "/nowhere/", []),
    ],
)
def test_the_top_bar_says_where_one_is(role: Role, path: str, expected: list[str]) -> None:
    assert current(role, path) == expected


def test_who_is_not_signed_in_is_led_nowhere() -> None:
    request = RequestFactory().get("/sign-in/")
    request.user = AnonymousUser()
    assert navigation(request) == {"navigation": []}
