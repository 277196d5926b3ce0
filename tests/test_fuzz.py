"""Every cell of the matrix answers as it says, and no random request, by whomever, makes the site break.

What a request changes stays for those that follow it, so the site is used as one is; whoever was shut out by one comes
back as somebody else in the same role.
"""

import os
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import reverse

from annotations.accounts.enums import ANONYMOUS
from annotations.accounts.matrix import ROLES, matrix
from tests.filled_site import fill
from tests.routes import METHODS
from tests.test_permissions import ROUTES, Person, anything, refused, undone

pytestmark = [pytest.mark.django_db, pytest.mark.once]

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "70"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
WORDS = [
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "NaN",
    "99999999999999999999999",
    "true",
    "null",
    "A reason of some words.",
    "2026-11-30",
    "0001-01-01",
    "9999-12-31T23:59:59Z",
    "' OR '1'='1",
    '"><script>alert(1)</script>',
    "../../etc/passwd",
    "{{ 7*7 }}%s{0.__class__}",
    "\x00",
    "\ud7ff\U0010ffff",
    "a\r\nSet-Cookie: x=y",
    "[]",
    '{"a": {"a": []}}',
    "x" * 5000,
]


@pytest.mark.long
def test_every_cell_answers_as_the_matrix_says() -> None:
    """Those that it lists and those that it does not; `tests/test_permissions.py` names what is wrong one by one."""
    tried, wrong = 0, []
    for role in ROLES:
        person = Person(role)
        for route in ROUTES:
            for method in METHODS:
                rule = matrix().rules.get((route, method))
                with undone(person):
                    answer = person.send(route, method, anything(route))
                tried += 1
                if refused(person, answer) is bool(rule and rule.allows(role)):
                    wrong.append((role, method, route, answer.status_code))
    print(f"cells of the matrix: {tried}, wrong: {len(wrong)}")  # noqa: T201
    assert wrong == []


def subclasses(of: type[Any]) -> Iterator[type[Any]]:
    each: type[Any]
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


class Chooser:
    """Chooses requests: routes that the role may call more often than others, ids of things that are there more often
    than of nothing, fields of the site's own forms with fitting values and with strange ones.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fields: dict[str, list[str]] = {
            "action": [],
            "decision": [],
            "reason": [],
            "next": [],
            "page": [],
        }
        for form in subclasses(forms.Form):
            for name, field in getattr(form, "base_fields", {}).items():
                choices = getattr(field, "choices", [])
                self.fields.setdefault(name, []).extend(str(code) for code, _ in choices)

    def things(self) -> list[str]:
        """Ids of what is there now."""
        found: list[str] = []
        for model in apps.get_models():
            for field in model._meta.fields:
                if isinstance(field, models.UUIDField) and (field.primary_key or field.unique):
                    found += map(str, model._default_manager.values_list(field.name, flat=True)[:20])
        return found

    def request(self, role: str, things: list[str]) -> tuple[str, str, dict[str, Any]]:
        allowed = [rule for rule in matrix().rules.values() if rule.allows(role)]
        if allowed and self.random.random() < 0.9:
            rule = self.random.choice(allowed)
            route, method = rule.route, rule.method
        else:
            route, method = self.random.choice(list(ROUTES)), self.random.choice(METHODS)
        kwargs = anything(route)
        for name, converter in ROUTES[route].parameters:
            if converter == "UUIDConverter" and self.random.random() < 0.8:
                kwargs[name] = uuid.UUID(self.random.choice(things))
            elif converter == "StringConverter":
                kwargs[name] = self.random.choice([*WORDS[2:], *things]).replace("/", "") or "x"
        return route, method, kwargs

    def data(self) -> dict[str, str]:
        names = self.random.sample(list(self.fields), self.random.randint(0, 8))
        return {name: self.random.choice([*WORDS, *self.fields[name] * 3]) for name in names}


def test_no_random_request_breaks_the_site() -> None:
    fill()
    chooser, answers, broken = Chooser(SEED), Counter[int](), []
    people = {role: Person(role) for role in ROLES}
    for number in range(REQUESTS):
        role = ROLES[number % len(ROLES)]
        if number % 50 == 0:
            things = chooser.things()
        route, method, kwargs = chooser.request(role, things)
        client = people[role].client
        client.raise_request_exception = False
        answer: Any
        path, data = reverse(route, kwargs=kwargs), chooser.data()
        if method == "GET":
            answer = client.get(path, data)
        elif path.startswith("/api/") and route not in settings.UPLOAD_ROUTES:
            answer = client.generic(method, path, chooser.random.choice(["{}", "[", str(data), "null", "1"]))
        else:
            answer = client.post(path, data) if method == "POST" else client.generic(method, path)
        if answer.streaming:
            b"".join(answer.streaming_content)
        answers[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code != 503:
            broken.append((role, method, path, data, answer.status_code))
        if role != ANONYMOUS and (answer.status_code == 401 or "sign-in" in answer.get("Location", "")):
            people[role] = Person(role)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
    print(f"random requests: {REQUESTS}, server errors: {len(broken)} ({told})")  # noqa: T201
    assert broken == []
