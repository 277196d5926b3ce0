"""The top bar leads to what one may open, and marks the page where one is."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from annotations.accounts.context import FLAT, Group, Navigation, Page, navigation
from annotations.accounts.enums import Role
from annotations.accounts.models import User


def bar(role: Role, path: str = "/") -> Navigation:
    request = RequestFactory().get(path)
    request.user = User(role=role, is_active=True)
    return navigation(request)["navigation"]


def current(role: Role, path: str) -> list[str]:
    return [str(page.label) for page in bar(role, path).pages if page.current]


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
    assert navigation(request)["navigation"].pages == []


@pytest.mark.parametrize("role", [Role.CONTRACTOR, Role.LEAD, Role.ML_ENGINEER, Role.OPERATOR])
def test_few_pages_stand_side_by_side(role: Role) -> None:
    found = bar(role)
    assert 0 < len(found.pages) <= FLAT
    assert found.entries == found.pages


def test_many_pages_stand_in_few_groups_that_mark_where_one_is() -> None:
    found = bar(Role.PRIVACY_OFFICER, "/legal-holds/new")
    groups = [entry for entry in found.entries if isinstance(entry, Group)]
    assert len(found.pages) > 12
    assert len(found.entries) <= FLAT
    assert [str(group.label) for group in groups if group.current] == ["Privacy"]
    assert all(len(group.pages) > 1 for group in groups)
    alone = [entry for entry in found.entries if not isinstance(entry, Group)]
    assert sorted(page.url for group in groups for page in group.pages) == sorted(
        page.url for page in found.pages if page not in alone
    )


def test_a_group_says_how_much_waits_on_its_pages_and_counts_it_once() -> None:
    asked = []

    def page(waiting: int) -> Page:
        def count() -> int:
            asked.append(waiting)
            return waiting

        return Page("Page", "/", current=False, count=count)

    group = Group("Group", [page(2), page(0), page(3)])
    found = Navigation(group.pages, [group])
    assert found.waiting == 5
    assert (group.waiting, group.waiting) == (5, 5)
    assert asked == [2, 0, 3]
