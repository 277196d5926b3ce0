"""What every answer of the site carries, whichever route is asked and by whom; and what an error does not tell."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import ANONYMOUS, Role
from annotations.accounts.matrix import matrix
from annotations.accounts.models import User
from reviewapp import readiness
from tests.factories import PASSWORD, make_user
from tests.test_permissions import Person, anything

pytestmark = [pytest.mark.django_db, pytest.mark.once]

POLICY = {
    "default-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
}
CHARSETS = {"text/html": "utf-8", "text/plain": "utf-8", "text/csv": "utf-8"}


@pytest.mark.parametrize("role", [ANONYMOUS, Role.PRIVACY_OFFICER])
def test_every_answer_says_what_browsers_may_do_with_it(role: str) -> None:
    """Of what is read, about nothing that exists: what is added to every answer is added to these."""
    person = Person(role)
    for rule in matrix().rules.values():
        if rule.method == "GET":
            answer = person.send(rule.route, "GET", anything(rule.route))
            assert wrong_in(answer, role) == [], rule.route


def wrong_in(answer: Any, role: str) -> list[str]:
    policy = answer["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    kind, _, charset = answer.get("Content-Type", "").partition("; charset=")
    expected = {
        "policy": POLICY.items() <= directives.items() and "unsafe" not in policy,
        "sniffing": answer["X-Content-Type-Options"] == "nosniff",
        "referrer": answer["Referrer-Policy"] == "same-origin",
        "windows of others": answer["Cross-Origin-Opener-Policy"] == "same-origin",
        "origins of others": "Access-Control-Allow-Origin" not in answer,
        "kept by a cache": role == ANONYMOUS or "no-store" in answer["Cache-Control"],
        "type": bool(kind) or answer.status_code in {204, 302},
        "charset": charset == CHARSETS.get(kind, charset),
    }
    return [name for name, holds in expected.items() if not holds]


def test_cookies_are_for_this_site_and_the_sessions_is_not_for_scripts(client: Client) -> None:
    person = make_user(Role.OPERATOR)
    client.get(reverse("accounts:sign_in"))
    client.post(reverse("accounts:sign_in"), {"username": person.username, "password": PASSWORD})
    hidden = {settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME}
    assert hidden | {settings.CSRF_COOKIE_NAME} == set(client.cookies)
    for cookie in client.cookies.values():
        assert (cookie["samesite"], cookie["domain"], cookie["path"]) == ("Lax", "", "/")
    assert all(client.cookies[name]["httponly"] for name in hidden)


@pytest.mark.parametrize("path", ["/readyz", "/api/v1/schema"])
def test_an_error_of_ours_is_logged_and_tells_nothing_of_the_inside(
    path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*arguments: Any, **named: Any) -> Any:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr(readiness, "reasons", breaks)
    monkeypatch.setattr("drf_spectacular.generators.SchemaGenerator.get_schema", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(make_user(Role.OPERATOR))
    answer = client.get(path)
    assert answer.status_code == 500
    assert "SELECT secret FROM inside" in caplog.text
    assert not any(
        word in answer.content for word in (b"secret", b"Traceback", b"RuntimeError", b"/site-packages")
    )


def test_what_somebody_typed_is_shown_as_text() -> None:
    """A name goes into a page's text, and a search into an attribute; neither is decoded once more on its way."""
    officer = Person(Role.PRIVACY_OFFICER)
    make_user(display_name="<b>bold</b> &amp; %41")
    page = officer.client.get(reverse("accounts:people"), {"q": '"><script>&lt;%2541'}).content.decode()
    assert "<script>" not in page
    assert 'value="&quot;&gt;&lt;script&gt;&amp;lt;%2541"' in page
    page = officer.client.get(reverse("accounts:people")).content.decode()
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt; &amp;amp; %41" in page


@pytest.mark.parametrize(
    "words", ["' OR '1'='1", "x%' OR 1=1 --", "'; DROP TABLE accounts_user; --", "%", "_"]
)
def test_a_search_is_no_statement_and_no_pattern(words: str) -> None:
    officer = Person(Role.PRIVACY_OFFICER)
    make_user(username="somebody")
    page = officer.client.get(reverse("accounts:people"), {"q": words})
    assert page.status_code == 200
    assert "somebody" not in page.content.decode()


def test_a_parameter_that_comes_twice_or_elsewhere_decides_nothing(client: Client) -> None:
    """The last one of a form counts, and what stands in the address is no part of the form."""
    person = make_user(Role.OPERATOR)
    name, wrong = person.username, {"password": "a wrong password"}
    address = reverse("accounts:sign_in")
    assert client.post(f"{address}?password={PASSWORD}", {"username": name, **wrong}).status_code == 200
    both = {"username": name, "password": [PASSWORD, wrong["password"]]}
    assert client.post(address, both).status_code == 200
    assert client.post(address, {"username": name, "password": PASSWORD}).status_code == 302


def test_fields_that_a_form_does_not_have_change_nothing(client: Client) -> None:
    person = make_user(Role.CONTRACTOR)
    client.force_login(person)
    before = told_of(person)
    wanted = {
        "zone": "Europe/Bucharest",
        "role": Role.OPERATOR,
        "trained_on": "2020-01-01",
        "is_active": "",
    }
    assert client.post(reverse("accounts:choose_time_zone"), wanted).status_code == 302
    after = told_of(person)
    assert {name for name in after if after[name] != before[name]} == {"time_zone"}


def told_of(person: User) -> dict[str, Any]:
    found = User.objects.get(pk=person.pk)
    return {field.attname: getattr(found, field.attname) for field in User._meta.concrete_fields}
