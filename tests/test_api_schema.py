"""The API answers as its description (OpenAPI) says, whoever calls it and with whatever: random calls by each role.

Every call is taken back, so all of them meet the same site. What the description does not name is wrong as well:
another status, another type of content, another member of an object.
"""

import copy
import io
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import resolve, reverse
from drf_spectacular.generators import SchemaGenerator
from hypothesis import Phase, given, settings as hypothesis_settings, strategies
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.matrix import matrix
from annotations.accounts.models import User
from annotations.audit.actors import COMMAND_LINE
from annotations.datasets import services as datasets
from annotations.datasets.models import Dataset
from annotations.datasets.selectors import open_deletions
from annotations.moderation.enums import FlagCategory
from annotations.review.enums import TaskState
from annotations.review.models import ReviewTask
from annotations.review.schema import HOME_THREAT_DETECTION
from tests.factories import (
    make_assignment,
    make_body,
    make_clip,
    make_submitter,
    make_user,
    reference_of,
    small_video,
)
from tests.filled_site import FilledSite, fill
from tests.vision.warm_start import WarmStart

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
Call = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
_HANDLER = WSGIHandler()
CSRF = "c" * 32
ROLES = (Role.CONTRACTOR, Role.LEAD, Role.ML_ENGINEER, Role.OPERATOR, Role.SUBMITTER)
"""Those that the matrix lets call the API (`test_every_role_of_the_api_is_tried`)."""
FACE = {"frame": 1, "box": [5, 5, 10, 10]}
CONSENT = {
    "notice_version": "2026-01",
    "purposes": "training",
    "granted_at": "2026-01-01T00:00:00Z",
    "until": "2027-01-01T00:00:00Z",
}


class Caller:
    """Somebody in a role, with something of their own behind each address that names a thing."""

    def __init__(self, role: str, filled: FilledSite) -> None:
        self.role = role
        user = make_submitter() if role == Role.SUBMITTER else filled.people[role]
        self.headers, self.cookies = _signed_in(user)
        clip = make_clip(submitter=user)
        self.camera = {"owner": reference_of(clip.owner), "device": reference_of(clip.device)}
        self.parameters: dict[str, Any] = {"clip_id": clip.public_id}
        if role == Role.CONTRACTOR:
            self.parameters["assignment_id"] = make_assignment(user).public_id
        elif role == Role.LEAD:
            waiting = ReviewTask.objects.filter(state=TaskState.SETTLING).first()
            assert waiting
            self.parameters["task_id"] = waiting.public_id
        elif role == Role.ML_ENGINEER:
            release = datasets.request(Dataset.objects.get(), user.actor)
            datasets.freeze(release.pk)
            self.parameters |= {"release_id": release.pk, "format_code": "jsonl"}
        self.asked = [str(each.pk) for each in open_deletions(user.pseudonym)]

    def path_of(self, operation: Operation) -> dict[str, Any]:
        names = [parameter.name for parameter in operation.path_parameters]
        return {name: str(self.parameters[name]) for name in names}

    def call(self, case: Call, **sent: Any) -> Any:
        case.headers.pop("Authorization", None)
        return case.call(headers={**self.headers, **case.headers}, cookies=self.cookies, **sent)

    def check(self, case: Call) -> None:
        with undone(case):
            case.validate_response(self.call(case), checks=CHECKS)


def _signed_in(user: User) -> tuple[dict[str, str], dict[str, str]]:
    """The headers and cookies that a person's browser sends with a session, and a program with its key."""
    if user.role == Role.SUBMITTER:
        return {"Authorization": f"Bearer {accounts.create_key(COMMAND_LINE, user)}"}, {}
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"X-CSRFToken": CSRF}, {
        settings.SESSION_COOKIE_NAME: session,
        settings.CSRF_COOKIE_NAME: CSRF,
    }


def _closed(schema: Any) -> None:
    """Objects of answers hold what they name and nothing else, unless they say what else."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _closed(part)
    elif isinstance(schema, list):
        for part in schema:
            _closed(part)


def described() -> dict[str, Any]:
    """The API's description, as strict as answers are held to it."""
    found: dict[str, Any] = copy.deepcopy(
        SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    )
    for path in found["paths"].values():
        for operation in path.values():
            _closed(operation["responses"])
    return found


def site(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The site as WSGI; every answer is whole, so that no file stays open."""
    answer = _HANDLER(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def all_operations() -> list[Operation]:
    loaded = schemathesis.openapi.from_dict(described())
    loaded.app = site
    return [each.ok() for each in loaded.get_all_operations() if isinstance(each, Ok)]


def operations(role: str) -> list[Operation]:
    """The operations that the matrix lets the role call."""
    return [each for each in all_operations() if matrix().allows(route_of(each), each.method.upper(), role)]


def route_of(operation: Operation) -> str:
    path = operation.path
    for parameter in operation.path_parameters:
        value = "coco" if parameter.name == "format_code" else str(uuid.UUID(int=1))
        path = path.replace(f"{{{parameter.name}}}", value)
    return resolve(path).view_name


@contextmanager
def undone(case: Call) -> Iterator[None]:
    """Takes back what the call changes. What only reads is left on the log, which may have been sealed over it."""
    savepoint = transaction.savepoint()
    yield
    if case.method != "GET":
        transaction.savepoint_rollback(savepoint)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests leave the test's connection open, as they do when Django's own test client sends them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("name", ["version", "lang", "format"])
def test_nothing_that_is_asked_of_the_schema_stands_in_a_header(client: Client, name: str) -> None:
    client.force_login(make_user(Role.ML_ENGINEER))
    answer = client.get(reverse("api_schema"), {name: "1\r\nSet-Cookie: a=b"})
    assert answer.status_code in (200, 404)
    assert not answer.cookies
    assert "Set-Cookie: a" not in str(answer.headers)


def test_every_role_of_the_api_is_tried() -> None:
    routes = {(route_of(each), each.method.upper()) for each in all_operations()}
    assert {role for route in routes for role in matrix().rule(*route).roles} == set(ROLES)


def test_random_calls_are_answered_as_described() -> None:
    _try(examples=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_many_random_calls_are_answered_as_described() -> None:
    _try(examples=300)


def _try(examples: int) -> None:
    """Calls every operation as each role that may: with what fits the description and with what does not, about
    something of the caller's own and about nothing that exists.
    """
    filled, run = fill(), hypothesis_settings(max_examples=examples, database=None, phases=[Phase.generate])
    for role in ROLES:
        caller = Caller(role, filled)
        for operation in operations(role):
            run(given(case=strategies.one_of(_cases(operation, caller)))(caller.check))()


def _cases(operation: Operation, caller: Caller) -> list[Any]:
    path = caller.path_of(operation)
    cases = [operation.as_strategy(GenerationMode.POSITIVE, path_parameters=path)]
    if path:
        cases.append(operation.as_strategy(GenerationMode.POSITIVE))
    if operation.body or operation.query:
        cases.append(operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=path))
    return cases


def successes(caller: Caller) -> dict[str, tuple[int, dict[str, Any]]]:
    """What succeeds, by route and method: the status, and the body, the query or the form."""
    cannot = {"statement": "cannot", "reason": "It is in a model that is in use."}
    found: dict[str, dict[str, tuple[int, dict[str, Any]]]] = {
        Role.CONTRACTOR: {
            "review:claim POST": (200, {"body": {}}),
            "review:media_token POST": (200, {}),
            "review:draft PUT": (200, {"body": {"revision": 0, "body": make_body()}}),
            "review:submit POST": (200, {"body": {"revision": 0, "body": make_body()}}),
            "review:extend POST": (200, {}),
            "review:skip POST": (200, {"body": {"reason": HOME_THREAT_DETECTION["skip_reasons"][0]["code"]}}),
            "review:flag POST": (200, {"body": {"category": FlagCategory.OTHER.value}}),
            "review:missed_regions POST": (200, {"body": {"regions": [FACE]}}),
            "review:watched POST": (204, {"body": {"ranges": [[0, 1]]}}),
        },
        Role.LEAD: {
            "review:task_media_token POST": (200, {}),
            "review:task_watched POST": (204, {"body": {"ranges": []}}),
        },
        Role.ML_ENGINEER: {
            "datasets:api_release GET": (200, {}),
            "datasets:api_file GET": (200, {}),
            "datasets:api_deletions GET": (200, {}),
            "datasets:api_confirm_deletions POST": (200, {"body": {"requests": caller.asked, **cannot}}),
        },
        Role.OPERATOR: {
            "api_metrics GET": (200, {}),
            "redaction:api_progress GET": (200, {}),
            "clips:api_clips POST": (201, {"data": _submission()}),
        },
        Role.SUBMITTER: {
            "clips:api_camera GET": (200, {"query": caller.camera}),
            "clips:api_camera PUT": (200, {"query": caller.camera, "body": {"quarter_turns": 1}}),
            "redaction:api_progress GET": (200, {}),
            "clips:api_clips POST": (201, {"data": _submission()}),
        },
    }
    return found[caller.role]


def _submission() -> dict[str, Any]:
    return {"file": (io.BytesIO(small_video()), "clip.mp4"), "owner": "household", **CONSENT}


def test_what_succeeds_is_answered_as_described(warm: WarmStart) -> None:
    filled = fill()
    for role in ROLES:
        caller = Caller(role, filled)
        wanted = successes(caller)
        found = {f"{route_of(each)} {each.method.upper()}": each for each in operations(role)}
        assert set(wanted) == set(found), "`successes` says what succeeds on each route of the API."
        for name, (status, sent) in wanted.items():
            operation = found[name]
            form = {name: sent.pop(name) for name in ("data",) if name in sent}
            case = operation.Case(path_parameters=caller.path_of(operation), **sent)
            with undone(case):
                if name == "review:task_watched POST":  # what was on screen of what was asked for before
                    caller.call(
                        found["review:task_media_token POST"].Case(path_parameters=case.path_parameters)
                    )
                response = caller.call(case, **form)
                assert response.status_code == status, (name, response.text)
                case.validate_response(response, checks=CHECKS)
