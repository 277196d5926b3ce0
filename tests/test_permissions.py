"""The permission matrix and the site agree: every cell of `permissions.csv` is tried over HTTP."""

import copy
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from annotations.accounts import services as accounts
from annotations.accounts.enums import ANONYMOUS, Role
from annotations.accounts.matrix import ROLES, Rule, matrix
from annotations.accounts.models import Session, User
from annotations.audit.actors import COMMAND_LINE
from annotations.break_glass.models import BreakGlassAccess
from annotations.moderation.enums import FlagCategory
from annotations.review.models import Assignment
from annotations.review.schema import HOME_THREAT_DETECTION
from tests.accounts.authenticators import add_app
from tests.factories import (
    make_assignment,
    make_body,
    make_break_glass_access,
    make_clip,
    make_project,
    make_queued_clip,
    make_submitter,
    make_user,
)
from tests.forms import seen
from tests.routes import METHODS, routes

ROUTES = {route.name: route for route in routes()}
RULES = list(matrix().rules.values())
SAMPLES: dict[str, Callable[[], Any]] = {
    "UUIDConverter": uuid.uuid4,
    "StringConverter": lambda: "nothing",
    "SlugConverter": lambda: "nothing",
    "IntConverter": lambda: 1,
}

Owned = Callable[["Person"], dict[str, Any]]


class Person:
    """Somebody in a role who sends requests: over a session, or a submitter with an API key."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.user: User | None = None
        self.client = Client()
        if role == Role.SUBMITTER:
            self.user = make_submitter()
            key = accounts.create_key(COMMAND_LINE, self.user)
            self.client = Client(headers={"Authorization": f"Bearer {key}"})
        elif role != ANONYMOUS:
            self.user = make_user(role)
            self.client.force_login(self.user)

    def send(
        self, route: str, method: str, kwargs: dict[str, Any], body: dict[str, Any] | None = None
    ) -> Any:
        path = reverse(route, kwargs=kwargs)
        if path.startswith("/api/"):
            content = orjson.dumps(body or {})
            response: Any = self.client.generic(method, path, data=content, content_type="application/json")
        else:
            form = urlencode(body or {})
            response = self.client.generic(method, path, form, "application/x-www-form-urlencoded")
        if response.streaming:
            b"".join(response.streaming_content)  # to its end, where it closes its file
        return response


def anything(route: str) -> dict[str, Any]:
    """Parameters that fit the path and name nothing that exists."""
    return {name: SAMPLES[converter]() for name, converter in ROUTES[route].parameters}


@contextmanager
def undone(person: Person) -> Iterator[None]:
    """Whatever a request does is taken back, signing out included: the person sends the next one as if it were the
    first.
    """
    cookies = copy.deepcopy(person.client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    person.client.cookies = cookies


def refused(person: Person, response: Any) -> bool:
    if person.role == ANONYMOUS:
        to_sign_in = response.status_code == 302 and response["Location"].startswith(
            reverse(settings.LOGIN_URL)
        )
        return bool(response.status_code in {401, 405} or to_sign_in)
    return bool(response.status_code == 403)


def of_an_assignment(person: Person) -> dict[str, Any]:
    assert person.user is not None
    return {"assignment_id": make_assignment(person.user).public_id}


def of_a_submission(person: Person) -> dict[str, Any]:
    return {"clip_id": make_clip(submitter=person.user).public_id}


def of_a_delivery(person: Person) -> dict[str, Any]:
    """The token of a rendition that this person may watch now."""
    if person.role == Role.CONTRACTOR:
        response = person.send("review:media_token", "POST", of_an_assignment(person))
    else:
        make_project()
        clip = make_queued_clip()
        reviewer = Person(Role.CONTRACTOR)
        assignment = Assignment.objects.get(clip=clip)
        reviewer.send("review:claim", "POST", {})
        reviewer.send(
            "review:submit",
            "POST",
            {"assignment_id": assignment.public_id},
            {"body": make_body(), "revision": 0},
        )
        response = person.send("review:task_media_token", "POST", {"task_id": assignment.task.public_id})
    return dict(resolve(response.json()["url"]).kwargs)


def of_a_break_glass_access(person: Person) -> dict[str, Any]:
    return {"access_id": make_break_glass_access(person.user).pk}


def of_a_break_glass_delivery(person: Person) -> dict[str, Any]:
    response = person.send("break_glass:token", "POST", of_a_break_glass_access(person))
    return dict(resolve(response.json()["url"]).kwargs)


def of_a_session(person: Person) -> dict[str, Any]:
    return {"session_id": Session.objects.get(user=person.user).public_id}


def of_a_key(person: Person) -> dict[str, Any]:
    assert person.user is not None
    return {"prefix": accounts.create_key(COMMAND_LINE, person.user).split("_")[1]}


def of_a_factor(person: Person) -> dict[str, Any]:
    assert person.user is not None
    add_app(person.user)
    return {"factor_id": person.user.factors.get().pk}


# For each route whose cells say `own` and whose path names a thing: a thing of that person's own.
OWNED: dict[str, Owned] = {
    "accounts:end_session": of_a_session,
    "accounts:rotate_own_key": of_a_key,
    "accounts:revoke_own_key": of_a_key,
    "accounts:rename_factor": of_a_factor,
    "accounts:remove_factor": of_a_factor,
    "redaction:api_progress": of_a_submission,
    "redaction:media": of_a_delivery,
    "break_glass:media": of_a_break_glass_delivery,
    **dict.fromkeys(
        (
            "break_glass:detail",
            "break_glass:close",
            "break_glass:token",
            "break_glass:watched",
        ),
        of_a_break_glass_access,
    ),
    **dict.fromkeys(
        (
            "review:workbench",
            "review:resume",
            "review:media_token",
            "review:draft",
            "review:submit",
            "review:extend",
            "review:skip",
            "review:flag",
            "review:missed_regions",
            "review:watched",
        ),
        of_an_assignment,
    ),
}

# Those that answer by the address of a page.
LEADS_ON = {
    "review:resume",
    "break_glass:close",
    "accounts:end_session",
    "accounts:revoke_own_key",
    "accounts:rename_factor",
    "accounts:remove_factor",
}

# What such a route takes, where nothing at all would be refused for its form before anybody looks whose it is.
FACE = {"frame": 1, "box": [5, 5, 10, 10]}
BODIES: dict[str, dict[str, Any]] = {
    "review:draft": {"revision": 0, "body": make_body()},
    "review:submit": {"revision": 0, "body": make_body()},
    "review:skip": {"reason": HOME_THREAT_DETECTION["skip_reasons"][0]["code"]},
    "review:flag": {"category": FlagCategory.OTHER},
    "review:missed_regions": {"regions": [FACE]},
    "review:watched": {"ranges": [[0, 1]]},
}


def test_every_route_and_method_is_in_the_matrix() -> None:
    accepted = {(route.name, method) for route in ROUTES.values() for method in route.methods}
    assert accepted == {(rule.route, rule.method) for rule in RULES}, (
        "reviewapp/permissions.csv has one line for each route and method that a view accepts."
    )


def test_every_cell_that_says_own_names_a_way_to_make_a_thing_of_ones_own() -> None:
    needed = {rule.route for rule in RULES if rule.own and ROUTES[rule.route].parameters}
    assert needed == set(OWNED), "OWNED, above, says how each of these routes gets a thing of one's own."


def test_whoever_signs_in_reads_what_strangers_may_read_and_gets_out_again() -> None:
    signing_in = matrix().rule("accounts:sign_in", "POST").roles - {ANONYMOUS}
    open_to_strangers = [rule for rule in RULES if rule.method == "GET" and ANONYMOUS in rule.roles]
    needed = [*open_to_strangers, matrix().rule("home", "GET"), matrix().rule("accounts:sign_out", "POST")]
    missing = [
        f"{rule.route},{rule.method}: {role}" for rule in needed for role in sorted(signing_in - rule.roles)
    ]
    assert missing == [], "These lines of reviewapp/permissions.csv lack these roles."


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_through_exactly_where_the_matrix_lets_it(role: str) -> None:
    person = Person(role)
    wrong = []
    for rule in RULES:
        with undone(person):
            response = person.send(rule.route, rule.method, anything(rule.route))
        if refused(person, response) is rule.allows(role):
            wrong.append((rule.method, rule.route, response.status_code))
    assert wrong == [], f"The matrix says otherwise of {role} than the site, which answered so."


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize("role", ROLES)
def test_methods_that_the_matrix_does_not_list_are_refused_to_everybody(role: str) -> None:
    person = Person(role)
    unlisted = {(route, method) for route in ROUTES for method in METHODS} - matrix().rules.keys()
    assert len(unlisted) > len(ROUTES)
    for route, method in sorted(unlisted):
        assert refused(person, person.send(route, method, anything(route))), (route, method)


OWN_CELLS = [(rule, role) for rule in RULES if rule.route in OWNED for role in ROLES if role in rule.own]


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.parametrize(("rule", "role"), OWN_CELLS, ids=lambda value: getattr(value, "route", value))
def test_a_thing_of_somebody_else_looks_as_if_it_did_not_exist(rule: Rule, role: str) -> None:
    owner, stranger = Person(role), Person(role)
    kwargs, body = OWNED[rule.route](owner), BODIES.get(rule.route)
    if rule.route == "break_glass:close":
        body = seen(BreakGlassAccess.objects.get(pk=kwargs["access_id"]))
    assert stranger.send(rule.route, rule.method, kwargs, body).status_code == 404
    expected = {302} if rule.route in LEADS_ON else {200, 204}
    assert owner.send(rule.route, rule.method, kwargs, body).status_code in expected


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_not_found() -> None:
    assert Person(Role.OPERATOR).client.get("/admin/").status_code == 404
