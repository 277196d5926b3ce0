"""Signing in with a second factor, what is reached without one, and confirming anew: over HTTP."""

import datetime
import html
import json
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from annotations.accounts import services
from annotations.accounts.checks import check_second_factors
from annotations.accounts.enums import Role
from annotations.accounts.factors import guessing, totp
from annotations.accounts.matrix import matrix
from annotations.accounts.models import Factor, Session, User
from annotations.accounts.roles import signing_in
from annotations.accounts.sessions import DOWNLOAD_LASTS, POLLS
from annotations.audit.models import LogEntry
from annotations.core import clock
from reviewapp.settings import base
from tests.accounts.authenticators import App, Authenticator, add_app, add_passkey
from tests.factories import PASSWORD, make_loss, make_user
from tests.forms import seen

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WHY = "She lost her phone and the codes."
EVERYBODY = ["contractor", "lead", "ml_engineer", "privacy_officer", "operator"]


def give_password(client: Client, user: User, password: str = PASSWORD, **query: str) -> Any:
    path = reverse("accounts:sign_in")
    return client.post(path, {"username": user.username, "password": password, **query})


def give_code(client: Client, code: str, **more: str) -> Any:
    return client.post(reverse("accounts:second_factor"), {"step_up_code": code, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    moment = clock.now() + datetime.timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: moment)


def entries(action: str) -> int:
    return LogEntry.objects.filter(action=action).count()


def path_of(route: str) -> str | None:
    """The address of a route; None when it names a thing."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return None


def question(page: Any) -> str:
    found = re.search(r'data-question="([^"]*)"', page.content.decode())
    assert found
    return html.unescape(found[1])


def test_nobody_is_signed_in_before_the_code(client: Client) -> None:
    user = make_user(Role.OPERATOR)
    app, _ = add_app(user)
    answer = give_password(client, user, next=reverse("accounts:people"))
    assert answer["Location"] == reverse("accounts:second_factor") + "?next=%2Fpeople%2F"
    assert not signed_in(client)
    assert client.get(reverse("operations"))["Location"].startswith(reverse("accounts:sign_in"))
    before = client.session.session_key
    done = give_code(client, app.code(), next="/people/")
    assert (done.status_code, done["Location"]) == (302, "/people/")
    assert signed_in(client)
    assert client.session.session_key != before
    assert (entries("account.signed_in"), entries("account.factor_used")) == (1, 1)


def test_a_right_password_is_told_though_no_factor_follows(client: Client) -> None:
    """Whoever has stolen it and stops there would leave no trace."""
    user = make_user(Role.OPERATOR)
    add_app(user)
    give_password(client, user)
    entry = LogEntry.objects.get(action="account.password_given")
    assert entry.actor == "anonymous"
    assert user.pseudonym in bytes(entry.canonical).decode()
    give_password(Client(), user, "not the password")
    give_password(Client(), make_user())
    assert entries("account.password_given") == 1


def test_nobody_is_led_elsewhere(client: Client) -> None:
    user = make_user()
    app, _ = add_app(user)
    give_password(client, user)
    assert give_code(client, app.code(), next="//evil.example/")["Location"] == "/"


def test_a_recovery_code_signs_in(client: Client) -> None:
    user = make_user()
    _, codes = add_app(user)
    give_password(client, user)
    give_code(client, codes[3])
    assert signed_in(client)


def test_a_passkey_signs_in_and_its_answer_only_once(client: Client) -> None:
    user = make_user()
    device = add_passkey(user)
    give_password(client, user)
    sent = device.sign(question(client.get(reverse("accounts:second_factor"))))
    other = Client()
    give_password(other, user)
    other.get(reverse("accounts:second_factor"))
    assert "This was not right" in give_code(other, "", step_up_passkey=sent).content.decode()
    give_code(client, "", step_up_passkey=sent)
    assert signed_in(client)
    assert not signed_in(other)


def test_a_wrong_password_leads_to_no_question_whoever_has_a_factor(client: Client) -> None:
    user, without = make_user(), make_user()
    add_app(user)
    answers = [give_password(Client(), each, "wrong") for each in (user, without)]
    assert {answer.status_code for answer in answers} == {200}
    pages = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers]
    assert pages[0] == pages[1]
    page = client.get(reverse("accounts:second_factor")).content.decode()
    assert "Sign in first" in page
    assert "Sign in first" in give_code(client, "123456").content.decode()


def test_a_sign_in_ends_after_some_wrong_codes(client: Client) -> None:
    user = make_user()
    app, _ = add_app(user)
    give_password(client, user)
    for _ in range(guessing.FREE - 1):
        assert "This was not right" in give_code(client, app.wrong_code()).content.decode()
    assert give_code(client, app.wrong_code())["Location"] == reverse("accounts:sign_in")
    give_password(client, user)
    assert "none of an app is taken before" in client.get(reverse("accounts:second_factor")).content.decode()
    assert give_code(client, app.code()).status_code == 200
    assert not signed_in(client)


@pytest.mark.parametrize("change", ["late", "password", "closed", "taken away"])
def test_a_sign_in_does_not_outlive(change: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user, operator = make_user(), make_user(Role.OPERATOR)
    app, _ = add_app(user)
    give_password(client, user)
    if change == "late":
        later(monkeypatch, minutes=11)
    elif change == "password":
        services.set_password(operator.actor, user, "another long password")
    elif change == "closed":
        services.close_account(user, operator.actor, "Her contract ended.")
    else:
        Factor.objects.filter(user=user).delete()
    give_code(client, app.code())
    assert not signed_in(client)


def test_a_new_password_by_link_is_no_way_past_the_second_factor(client: Client) -> None:
    user, operator = make_user(Role.OPERATOR), make_user(Role.OPERATOR)
    add_app(user)
    token = services.renew_link(user.pk, "She forgot it.", operator.actor)
    assert token
    path, new = reverse("accounts:use_link", args=[token]), "quite another long password"
    assert client.post(path, {"password": new, "again": new})["Location"] == reverse("accounts:sign_in")
    assert not signed_in(client)
    assert give_password(client, user, new)["Location"].startswith(reverse("accounts:second_factor"))
    assert not signed_in(client)


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = EVERYBODY


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("role", EVERYBODY)
def test_without_a_needed_factor_only_the_way_to_one_is_open(role: str, client: Client) -> None:
    user = make_user(role)
    give_password(client, user)
    lead_on = reverse("accounts:add_factor")
    for rule in matrix().rules.values():
        if rule.method != "GET" or not rule.allows(role) or rule.allows("anonymous"):
            continue
        path = path_of(rule.route)
        if path is None or rule.route.startswith("accounts:"):
            continue
        answer: Any = client.get(path)
        if path.startswith("/api/"):
            assert (answer.status_code, answer.json()["code"]) == (409, "second_factor_required")
        else:
            assert answer["Location"] == lead_on, rule.route
    page = client.get(lead_on).content.decode()
    assert "Your role needs a second factor" in page
    assert reverse("operations") not in page


@pytest.mark.usefixtures("required")
def test_setting_one_up_opens_the_rest(client: Client) -> None:
    user = make_user(Role.OPERATOR)
    give_password(client, user)
    page = client.get(reverse("accounts:add_app")).content.decode()
    offer = re.search(r'name="offer" value="([^"]*)"', page)
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert offer
    assert secret
    app = App(totp.from_text(secret[1]))
    before = client.session.session_key
    sent = {"offer": html.unescape(offer[1]), "name": "Phone", "code": app.wrong_code()}
    assert "not the code" in client.post(reverse("accounts:add_app"), sent).content.decode()
    shown = client.post(reverse("accounts:add_app"), {**sent, "code": app.code()})
    codes = re.findall(r"<code>([a-z2-7-]{27})</code>", shown.content.decode())
    assert len(codes) == 10
    assert client.session.session_key != before
    assert client.get(reverse("operations")).status_code == 200
    stolen = Client()
    give_password(stolen, user)
    give_code(stolen, codes[0])
    assert signed_in(stolen)


@pytest.mark.usefixtures("required")
def test_a_secret_is_taken_from_the_page_of_this_session_only(client: Client) -> None:
    user = make_user()
    pages = []
    for each in (client, Client()):
        give_password(each, user)
        pages.append(each.get(reverse("accounts:add_app")).content.decode())
    offer = re.search(r'name="offer" value="([^"]*)"', pages[1])
    assert offer
    answer = client.post(reverse("accounts:add_app"), {"offer": offer[1], "name": "Phone", "code": "123456"})
    assert answer["Location"] == reverse("accounts:add_app")


@pytest.mark.usefixtures("required")
def test_a_session_of_before_is_led_to_it_and_keys_of_programs_are_not(client: Client) -> None:
    user = make_user(Role.ML_ENGINEER)
    client.force_login(user)
    assert client.get(reverse("datasets:index"))["Location"] == reverse("accounts:add_factor")
    program = Client(headers={"Authorization": f"Bearer {services.create_key(user.actor, user)}"})
    assert program.get(reverse("api_schema")).status_code == 200


def asked_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, minutes=django_settings.STEP_UP_MINUTES, seconds=1)


def test_a_form_is_kept_and_sent_again_after_the_step_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, user = make_user(Role.OPERATOR), make_user()
    app, _ = add_app(operator)
    give_password(client, operator)
    give_code(client, app.code())
    asked_again(client, monkeypatch)
    path = reverse("accounts:step", args=[user.pk])
    page = client.post(path, {"step": "close", "reason": 'Her "contract" ended.'} | seen(user))
    assert User.objects.get(pk=user.pk).is_active
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', page.content.decode()
        )
    }
    assert fields["step"] == "close"
    before = client.session.session_key
    wrong = client.post(reverse("accounts:step_up"), {**fields, "step_up_code": app.wrong_code()})
    assert "This was not right" in wrong.content.decode()
    assert 'name="reason"' in wrong.content.decode()
    sent = {**fields, "step_up_code": app.code()}
    done = client.post(reverse("accounts:step_up"), sent)
    assert (done.status_code, done["Location"]) == (307, path)
    assert client.session.session_key != before
    assert client.post(path, sent).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert entries("account.stepped_up") == 1


def test_whoever_has_no_factor_confirms_by_password(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = make_user(Role.OPERATOR)
    client.force_login(operator)
    assert client.get(reverse("accounts:invite")).status_code == 200
    asked_again(client, monkeypatch)
    answer = client.get(reverse("accounts:invite"))
    assert answer["Location"] == reverse("accounts:step_up") + "?next=%2Fpeople%2Finvite%2F"
    sent = {"step_up_next": reverse("accounts:invite")}
    wrong = client.post(reverse("accounts:step_up"), {**sent, "step_up_password": "wrong"})
    assert "not your password" in wrong.content.decode()
    done = client.post(reverse("accounts:step_up"), {**sent, "step_up_password": PASSWORD})
    assert done["Location"] == reverse("accounts:invite")
    assert client.get(reverse("accounts:invite")).status_code == 200


def test_guessing_the_password_of_a_step_up_is_locked_like_a_sign_in(client: Client) -> None:
    client.force_login(make_user())
    answers = [
        client.post(reverse("accounts:step_up"), {"step_up_password": f"wrong {n}"}).status_code
        for n in range(6)
    ]
    assert answers[-1] == 429


def test_whoever_has_a_factor_does_not_confirm_by_password(client: Client) -> None:
    user = make_user()
    add_app(user)
    client.force_login(user)
    page = client.post(reverse("accounts:step_up"), {"step_up_password": PASSWORD})
    assert (page.status_code, entries("account.stepped_up")) == (200, 0)


def test_a_form_of_another_site_is_not_kept() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(Role.OPERATOR))
    session = client.session
    session["proof"] = {**session["proof"], "at": "2020-01-01T00:00:00+00:00"}
    session.save()
    answer = client.post(reverse("accounts:invite"), {"username": "evil"})
    assert answer.status_code == 403
    assert "evil" not in answer.content.decode()


def test_programs_and_pages_of_scripts_get_a_stable_code(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    engineer = make_user(Role.ML_ENGINEER)
    client.force_login(engineer)
    asked_again(client, monkeypatch)
    path = reverse("datasets:api_file", args=["0" * 8 + "-0000-4000-8000-" + "0" * 12, "coco"])
    answer: Any = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    answer = client.get(reverse("accounts:add_app"), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")


def test_a_download_that_was_begun_goes_on_part_by_part_and_another_is_asked_for(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user(Role.ML_ENGINEER))
    begun, other = (
        reverse("datasets:api_file", args=[f"00000000-0000-4000-8000-{n:012}", "coco"]) for n in (1, 2)
    )
    part = {"Range": "bytes=10-"}
    assert client.get(begun).status_code == 404  # it asked who is there, and there is no such release
    asked_again(client, monkeypatch)
    assert client.get(begun, headers=part).status_code == 404
    assert client.get(begun).status_code == 403
    assert client.get(other, headers=part).status_code == 403
    begun_at = clock.now()
    while clock.now() - begun_at < DOWNLOAD_LASTS:
        later(monkeypatch, minutes=5)
        client.get(reverse("home"))  # somebody is there all the time
    assert client.get(begun, headers=part).status_code == 403, "all but ten bytes of it, hours later"


# What a stolen session must not reach: by the names of their routes, so that a line that loses its step-up is seen.
WEIGHTY = {
    "break_glass:ask",
    "break_glass:decide",
    "oversight:export_entries",
    "oversight:download_log",
    "rights:erase",
    "rights:plan_erasure",
    "rights:continue_erasure",
    "rights:new_legal_hold",
    "rights:step_legal_hold",
    "rights:decide_retention_rule",
    "rights:access_answer_file",
    "rights:access_answer_archive",
    "datasets:download",
    "datasets:download_manifest",
    "datasets:api_file",
    "accounts:invite",
    "accounts:step",
    "accounts:change_role",
    "accounts:require_new_password",
    "accounts:decide_proposal",
    "accounts:decide_loss",
    "rights:link_receipt",
    "rights:renew_receipt",
    "accounts:make_key",
    "accounts:make_own_key",
    "accounts:rotate_key",
    "accounts:rotate_own_key",
    "accounts:revoke_key",
    "accounts:revoke_own_key",
    "accounts:add_app",
    "accounts:add_passkey",
    "accounts:remove_factor",
    "accounts:renew_recovery_codes",
    "accounts:change_password",
}


def test_what_weighs_asks_who_is_there() -> None:
    rules = matrix().rules.values()
    assert {rule.route for rule in rules if rule.step_up} == WEIGHTY
    assert [rule for rule in rules if rule.route in WEIGHTY and not rule.step_up] == []
    assert [rule for rule in rules if rule.step_up == "download" and rule.method != "GET"] == []


def test_a_password_takes_the_old_one_and_who_is_there_even_when_a_new_one_is_demanded(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open session and the password are not enough to shut its person out: a factor is asked for."""
    user = make_user(password_required=True)
    app, _ = add_app(user)
    client.force_login(user)
    asked_again(client, monkeypatch)
    path = reverse("accounts:change_password")
    assert client.get(path)["Location"].startswith(reverse("accounts:step_up"))
    sent = {"old": PASSWORD, "password": "another good sentence", "again": "another good sentence"}
    assert "step_up_code" in client.post(path, sent).content.decode()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    answer = client.post(
        reverse("accounts:step_up"),
        sent | {"step_up_code": app.code(), "step_up_next": path, "step_up_sends": "1"},
    )
    assert (answer.status_code, answer["Location"]) == (307, path)
    client.post(path, sent)
    assert User.objects.get(pk=user.pk).check_password("another good sentence")


def test_a_role_is_asked_on_every_route_that_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    asked_again(client, monkeypatch)
    asked = [
        rule
        for rule in matrix().rules.values()
        if rule.step_up and rule.allows(Role.PRIVACY_OFFICER) and rule.method == "GET"
    ]
    tried = 0
    for rule in asked:
        if (path := path_of(rule.route)) is None:
            continue
        tried += 1
        assert client.get(path)["Location"].startswith(reverse("accounts:step_up")), rule.route
    assert tried >= 4


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_session_ends_when_nobody_is_there(
    role: str, client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    client.force_login(make_user(role))
    minutes = settings.SESSION_IDLE_MINUTES[role]
    later(monkeypatch, minutes=minutes - 1)
    assert client.get(reverse("accounts:account")).status_code == 200
    later(monkeypatch, minutes=minutes - 1)
    left: Any = client.get(reverse("accounts:time_left"))
    assert 0 < left.json()["seconds"] <= minutes * 60
    later(monkeypatch, minutes=minutes, seconds=1)
    assert client.get(reverse("accounts:account"))["Location"].startswith(reverse("accounts:sign_in"))
    assert not Session.objects.exists()
    assert entries("account.session_ran_out") == 1


def test_a_page_that_asks_by_itself_keeps_no_session(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations asks every two seconds, on a screen that was left as well."""
    client.force_login(make_user(Role.OPERATOR))
    minutes = django_settings.SESSION_IDLE_MINUTES[Role.OPERATOR]
    polls = {"HX-Request": "true", POLLS: "1"}
    later(monkeypatch, minutes=minutes - 1)
    assert client.get(reverse("operations"), headers=polls).status_code == 200
    later(monkeypatch, minutes=2)
    assert client.get(reverse("operations"), headers=polls)["Location"].startswith(
        reverse("accounts:sign_in")
    )
    assert not Session.objects.exists()


def test_a_session_ends_after_a_working_day_however_busy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user())
    for _ in range(24):
        assert client.get(reverse("accounts:account")).status_code == 200
        later(monkeypatch, minutes=20)
    assert client.get(reverse("accounts:account")).status_code == 302


def test_every_role_has_its_limit_and_every_role_of_people_needs_a_factor_on_servers(settings: Any) -> None:
    assert set(settings.SESSION_IDLE_MINUTES) == set(Role.values)
    assert {code for code, _ in signing_in()} == set(base.SECOND_FACTOR_REQUIRED)


def test_a_role_that_is_misspelt_stops_the_site(settings: Any) -> None:
    assert check_second_factors(None) == []
    settings.SECOND_FACTOR_REQUIRED = ["lead", "officer"]
    (error,) = check_second_factors(None)
    assert "officer" in error.msg


def test_signing_out_empties_the_browser(client: Client) -> None:
    client.force_login(make_user())
    answer = client.post(reverse("accounts:sign_out"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_a_person_sees_what_was_taken_away_and_by_how_many(client: Client, required: None) -> None:
    operator, user = make_user(Role.OPERATOR), make_user()
    proposal = make_loss(operator, user)
    services.decide_loss(proposal.pk, "agree", WHY, make_user(Role.OPERATOR).actor)
    assert give_password(client, user)["Location"] == "/"
    page = client.get("/", follow=True).content.decode()
    assert "taken away" in page
    assert "a second person who agreed" in page


def test_an_operator_asks_and_another_decides_on_the_page_of_the_person() -> None:
    operator, second, user = make_user(Role.OPERATOR), make_user(Role.OPERATOR), make_user()
    add_app(user)
    asking, deciding = Client(), Client()
    asking.force_login(operator)
    deciding.force_login(second)
    page = reverse("accounts:person", args=[user.pk])
    asking.post(
        reverse("accounts:step", args=[user.pk]), {"step": "take_factors", "reason": WHY} | seen(user)
    )
    shown = asking.get(page).content.decode()
    assert second.username in shown
    assert operator.username not in re.findall(r"May decide:(.*?)</p>", shown, re.DOTALL)[0]
    proposal = user.proposals.get()
    assert str(proposal.pk) in deciding.get(page).content.decode()
    decision = {"decision": "agree", "reason": WHY} | seen(proposal, user)
    deciding.post(reverse("accounts:decide_loss", args=[proposal.pk]), decision)
    assert not user.factors.exists()


@pytest.mark.both
def test_ones_own_factors_are_renamed_and_removed(client: Client) -> None:
    user = make_user()
    add_app(user)
    add_passkey(user)
    client.force_login(user)
    app, stick = user.factors.order_by("made_at")
    client.post(reverse("accounts:rename_factor", args=[app.pk]), {"name": "Old phone"})
    page = client.get(reverse("accounts:account")).content.decode()
    assert "Old phone" in page
    assert "10 recovery codes are left" in page
    client.post(reverse("accounts:remove_factor", args=[app.pk]))
    assert list(user.factors.all()) == [stick]
    shown = client.post(reverse("accounts:renew_recovery_codes")).content.decode()
    assert "data:text/plain" in shown
    assert len(re.findall(r"<code>[a-z2-7-]{27}</code>", shown)) == 10


def test_a_passkey_is_added_over_the_page(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    device = Authenticator()
    asked = question(client.get(reverse("accounts:add_passkey")))
    sent = {"name": "Stick", "passkey": device.make(asked)}
    assert "shown once" in client.post(reverse("accounts:add_passkey"), sent).content.decode()
    assert "could not be added" in client.post(reverse("accounts:add_passkey"), sent).content.decode()
    again = question(client.get(reverse("accounts:add_passkey")))
    assert len(json.loads(again)["excludeCredentials"]) == 1
