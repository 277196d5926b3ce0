"""What is queued leaves at least once, in order, under one id, and says when it could not."""

import base64
import datetime
import hashlib
import hmac
import json
import os
import signal
from typing import Any

import pytest
from django.core import mail as sent_mail
from django.db import transaction

from annotations.audit.actors import WORKER, Actor
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.core.errors import Conflict, Missing
from annotations.core.models import Outbox
from annotations.outgoing import rules, services, webhooks
from annotations.outgoing.enums import MessageState
from annotations.outgoing.mail import composed
from annotations.outgoing.models import OutgoingMessage
from annotations.outgoing.selectors import due_messages
from annotations.outgoing.services import sending
from annotations.outgoing.templates import ALARM, ALL_CLEAR, SIGN_IN_LINK, TEMPLATES, TRIAL
from tests.engines.forked import forked
from tests.outgoing import receiver

OPERATOR = Actor("p-operator2", "operator")
SECRET, OTHER = b"s" * 24, b"o" * 24
CODES = {"codes": ["log_not_sealed"]}


def use_webhook(settings: Any, address: str) -> None:
    settings.WEBHOOK_TARGETS, settings.WEBHOOK_SECRETS = {"pager": address}, {"pager": [SECRET]}
    settings.NOTIFY = {**settings.NOTIFY, "operations": ["pager"]}
    settings.SITE_ADDRESS = "https://review.example.org"


def use_mail(settings: Any) -> None:
    settings.MAIL_TARGETS = {"operators": "ops@example.org"}
    settings.NOTIFY = {**settings.NOTIFY, "operations": ["operators"]}
    settings.SITE_ADDRESS = "https://review.example.org"


def tell(template: Any = ALARM, facts: dict[str, Any] | None = None) -> OutgoingMessage:
    with transaction.atomic():
        (message,) = services.tell("operations", template, CODES if facts is None else facts, WORKER)
    return message


def kinds() -> list[str]:
    return list(
        LogEntry.objects.filter(action__startswith="outgoing.")
        .order_by("id")
        .values_list("action", flat=True)
    )


def later(monkeypatch: pytest.MonkeyPatch, time: datetime.timedelta) -> None:
    moment = clock.now() + time
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.django_db
def test_a_webhook_carries_id_time_and_signature_and_is_on_the_log(settings: Any) -> None:
    with receiver.webhooks() as received:
        use_webhook(settings, received.address)
        message = tell()
        assert services.send(message.pk) == 1
    ((_, headers, body),) = received.requests
    assert headers["webhook-id"] == str(message.pk)
    signed = f"{message.pk}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    told = json.loads(body)
    assert told["type"] == "operations.alarm"
    assert told["data"] == {"codes": ["log_not_sealed"], "page": "https://review.example.org/operations/"}
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert kinds() == ["outgoing.queued", "outgoing.sent"]
    assert services.send(message.pk) == 0, "what has left does not leave again"


def test_signatures_are_those_of_the_specification() -> None:
    """The example of Standard Webhooks."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = webhooks.signatures([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_exchanged_both_sign() -> None:
    both = webhooks.signatures([SECRET, OTHER], "id", "1", b"{}").split(" ")
    assert both == [webhooks.signatures([each], "id", "1", b"{}") for each in (SECRET, OTHER)]


@pytest.mark.django_db
def test_what_fails_is_tried_again_later_each_time_after_twice_as_long_and_given_up(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver.webhooks(500) as received:
        use_webhook(settings, received.address)
        message = tell()
        pauses = []
        for _ in range(rules.ATTEMPTS):
            services.send(message.pk)
            services.send(message.pk)  # not due yet
            message.refresh_from_db()
            pauses.append(message.due_at - clock.now())
            later(monkeypatch, datetime.timedelta(hours=7))
    assert len(received.requests) == rules.ATTEMPTS
    assert set(received.ids) == {str(message.pk)}
    minutes = [round(pause.total_seconds() / 60) for pause in pauses[:-1]]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert (message.state, message.failure_code) == (MessageState.DEAD, "refused_500")
    assert kinds() == ["outgoing.queued", "outgoing.given_up"]


@pytest.mark.django_db
def test_a_target_that_is_gone_is_not_tried_again(settings: Any) -> None:
    with receiver.webhooks(410) as received:
        use_webhook(settings, received.address)
        message = tell()
        services.send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.failure_code, message.attempts) == (MessageState.DEAD, "refused_410", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"WEBHOOK_SECRETS": {}}, "no_secret"),
        ({"WEBHOOK_TARGETS": {}}, "no_such_target"),
        ({"WEBHOOK_TARGETS": {"pager": "https://127.0.0.1/"}, "OUTGOING_LOCAL": False}, "address_internal"),
        ({"WEBHOOK_TARGETS": {"pager": "http://hook.example/"}, "OUTGOING_LOCAL": False}, "address_invalid"),
    ],
)
def test_why_it_could_not_be_sent_is_kept_as_a_code(settings: Any, change: dict[str, Any], code: str) -> None:
    use_webhook(settings, "https://hook.example/")
    message = tell()
    for name, value in change.items():
        setattr(settings, name, value)
    services.send(message.pk)
    message.refresh_from_db()
    assert message.failure_code == code


@pytest.mark.django_db
def test_a_targets_messages_keep_their_order_though_one_fails(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver.webhooks(503, 200) as received:
        use_webhook(settings, received.address)
        messages = [tell(), tell(ALL_CLEAR, {}), tell()]
        assert services.send(messages[2].pk) == 0, "the first of them failed, and the others wait"
        assert services.send(messages[1].pk) == 0
        later(monkeypatch, datetime.timedelta(minutes=2))
        assert services.send(messages[2].pk) == 3
    assert received.ids == [str(each.pk) for each in (messages[0], *messages)]


@pytest.mark.django_db
def test_one_target_does_not_wait_for_another(settings: Any) -> None:
    with receiver.webhooks(500) as broken, receiver.webhooks() as whole:
        use_webhook(settings, broken.address)
        settings.WEBHOOK_TARGETS["other"], settings.WEBHOOK_SECRETS["other"] = whole.address, [OTHER]
        settings.NOTIFY = {**settings.NOTIFY, "operations": ["pager", "other"]}
        with transaction.atomic():
            messages = services.tell("operations", ALL_CLEAR, {}, WORKER)
        assert [services.send(each.pk) for each in messages] == [0, 1]


@pytest.mark.django_db
def test_the_sweep_finds_the_first_of_each_target_that_is_due(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_webhook(settings, "https://hook.example/")
    first = tell()
    tell()
    assert list(due_messages(datetime.timedelta(minutes=1))) == []
    later(monkeypatch, datetime.timedelta(minutes=2))
    assert list(due_messages(datetime.timedelta(minutes=1))) == [first]


@pytest.mark.django_db
def test_a_message_is_part_of_what_it_tells(settings: Any) -> None:
    """No message of an act that did not happen, and none outside of one."""
    use_webhook(settings, "https://hook.example/")
    with transaction.atomic():
        services.tell("operations", ALL_CLEAR, {}, WORKER)
        transaction.set_rollback(True)
    assert OutgoingMessage.objects.count() == Outbox.objects.count() == 0
    with pytest.raises(ValueError, match="codes is not"):
        tell(ALARM, {"codes": ["Mrs Miller was at the door"]})
    with pytest.raises(ValueError, match="has the fields"):
        tell(ALARM, {})


@pytest.mark.engines
def test_a_message_belongs_to_a_transaction(fresh_database: str, settings: Any) -> None:
    use_webhook(settings, "https://hook.example/")
    with pytest.raises(RuntimeError, match="transaction"):
        services.tell("operations", ALL_CLEAR, {}, WORKER)


@pytest.mark.django_db
def test_a_mail_is_plain_text_and_html_and_keeps_its_id(settings: Any) -> None:
    settings.MAIL_FROM = "site@review.example.org"
    use_mail(settings)
    message = tell()
    assert services.send(message.pk) == 1
    (mail,) = sent_mail.outbox
    assert (mail.to, mail.from_email) == (["ops@example.org"], "site@review.example.org")
    assert mail.subject == "Review workbench: something stands against its work"
    assert "- log_not_sealed\n" in mail.body
    assert "https://review.example.org/operations/" in mail.body
    assert mail.extra_headers["Message-ID"] == f"<{message.pk}@review.example.org>"
    ((html, kind),) = mail.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    assert '<a href="https://review.example.org/operations/"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("code", TEMPLATES)
def test_every_template_has_a_subject_and_a_text(code: str, settings: Any) -> None:
    use_mail(settings)
    message = OutgoingMessage(channel="mail", target="operators", template=code, facts=FACTS.get(code, {}))
    TEMPLATES[code].check(message.facts)
    mail = composed(message, "a@example.org", {"link": "https://review.example.org/sign-in-link/x/"})
    assert mail.subject.startswith("Review workbench: ")
    assert len(str(mail.body).splitlines()) >= 3
    assert "https://review.example.org/" in str(mail.body)


FACTS: dict[str, dict[str, Any]] = {
    "key.ends": {"prefix": "0123456789ab", "account": "p-officer22", "ends": "2026-12-03", "days": 3},
    "access_request.due": {
        "request": "00000000-0000-4000-8000-000000000000",
        "due": "2026-12-07",
        "days": 7,
    },
    "alert.raised": {
        "alert": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        "rule": "volume",
        "person": "p-someone22",
    },
    "operations.alarm": CODES,
    "deletions.wait": {"requests": 2},
}


@pytest.mark.django_db
def test_a_mail_goes_to_a_real_server(settings: Any) -> None:
    with receiver.mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        use_mail(settings)
        message = tell()
        assert services.send(message.pk) == 1
    ((_, recipients, mail),) = box.mails
    assert recipients == ["ops@example.org"]
    assert mail["Message-ID"] == f"<{message.pk}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert {part.get_content_type() for part in mail.walk()} >= {"text/plain", "text/html"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "state"), [(b"550 no such user", MessageState.DEAD), (b"451 later", MessageState.WAITING)]
)
def test_what_a_mail_server_refuses_for_good_is_given_up(settings: Any, said: bytes, state: str) -> None:
    with receiver.mail_server(said) as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        use_mail(settings)
        message = tell()
        services.send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.failure_code) == (state, "mail_refused")


@pytest.mark.django_db
def test_mail_without_a_server_waits_and_says_so(settings: Any) -> None:
    settings.EMAIL_BACKEND = ""
    use_mail(settings)
    message = tell()
    services.send(message.pk)
    message.refresh_from_db()
    assert message.failure_code == "mail_not_set_up"


def tell_person() -> OutgoingMessage:
    private = {"address": "rita@example.org", "link": "https://review.example.org/sign-in-link/secret/"}
    with transaction.atomic():
        return services.tell_person("p-someone22", SIGN_IN_LINK, private, WORKER)


@pytest.mark.django_db
def test_an_address_and_a_link_lie_sealed_and_go_with_the_mail(settings: Any) -> None:
    message = tell_person()
    row = OutgoingMessage.objects.get(pk=message.pk)
    assert b"rita" not in bytes(row.sealed or b"")
    assert "rita" not in str(vars(row))
    assert not any(b"rita" in bytes(entry.canonical) for entry in LogEntry.objects.all())
    assert services.send(message.pk) == 1
    (mail,) = sent_mail.outbox
    assert mail.to == ["rita@example.org"]
    assert "sign-in-link/secret/" in mail.body
    message.refresh_from_db()
    assert message.sealed is None


@pytest.mark.django_db
def test_a_mail_that_cannot_be_unsealed_is_given_up(settings: Any) -> None:
    message = tell_person()
    settings.OUTGOING_KEYS = {"another": b"a" * 32}
    services.send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.failure_code) == (MessageState.DEAD, "not_readable")


def given_up(settings: Any, message: OutgoingMessage) -> OutgoingMessage:
    OutgoingMessage.objects.filter(pk=message.pk).update(attempts=rules.ATTEMPTS - 1)
    before, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, ""
    services.send(message.pk)
    settings.EMAIL_BACKEND = before
    message.refresh_from_db()
    assert message.state == MessageState.DEAD
    return message


@pytest.mark.django_db
def test_what_was_given_up_is_sent_again_by_hand_under_its_id(settings: Any) -> None:
    message = given_up(settings, tell_person())
    again = services.send_again(message.pk, OPERATOR)
    assert again.pk == message.pk
    with pytest.raises(Conflict, match="not_given_up"):
        services.send_again(message.pk, OPERATOR)
    assert services.send(message.pk) == 1
    assert kinds() == ["outgoing.queued", "outgoing.given_up", "outgoing.sent_again", "outgoing.sent"]


@pytest.mark.django_db
def test_addresses_are_forgotten_after_a_week_and_messages_after_a_month(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = given_up(settings, tell_person())
    assert services.forget() == 0
    later(monkeypatch, datetime.timedelta(days=8))
    assert services.forget() == 1
    message.refresh_from_db()
    assert message.sealed is None
    with pytest.raises(Conflict, match="address_forgotten"):
        services.send_again(message.pk, OPERATOR)
    later(monkeypatch, datetime.timedelta(days=23))
    assert services.forget() == 1
    with pytest.raises(Missing, match="no_such_message"):
        services.send_again(message.pk, OPERATOR)
    assert kinds().count("outgoing.forgotten") == 2


@pytest.mark.django_db
def test_a_target_can_be_tried(settings: Any) -> None:
    use_mail(settings)
    message = services.try_target("operators", WORKER)
    assert message.template == TRIAL.code
    assert services.send(message.pk) == 1
    with pytest.raises(Missing, match="no_such_target"):
        services.try_target("nobody", WORKER)


def send_and_die(point: str) -> None:
    """In a process of its own, which kills itself before or after an attempt."""
    attempt = sending._attempt

    def dying(message: OutgoingMessage) -> Any:
        if point == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        ended = attempt(message)
        os.kill(os.getpid(), signal.SIGKILL)
        return ended

    sending._attempt = dying
    services.send(OutgoingMessage.objects.get().pk)


@pytest.mark.engines
@pytest.mark.parametrize(("point", "times"), [("before", 1), ("after", 2)])
def test_killed_at_any_step_it_is_sent_once_more_under_the_same_id(
    point: str, times: int, fresh_database: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver.webhooks() as received:
        use_webhook(settings, received.address)
        message = tell()
        process = forked(send_and_die, point)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert services.send(message.pk) == 0, "whoever had it may be alive"
        later(monkeypatch, rules.LEASE + datetime.timedelta(seconds=1))
        assert list(due_messages(datetime.timedelta(0))) == [message]
        assert services.send(message.pk) == 1
    assert received.ids == [str(message.pk)] * times
    assert kinds() == ["outgoing.queued", "outgoing.sent"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["somebody@example.org\r\nBcc: other@example.org", "somebody@\ud800", ""])
def test_what_can_never_be_sent_is_given_up_at_once_and_stands_in_nobodys_way(
    settings: Any, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    settings.SITE_ADDRESS = "https://review.example.org"
    link = {"link": "https://review.example.org/sign-in-link/t/"}
    with transaction.atomic():
        message = services.tell_person("p-1", SIGN_IN_LINK, {"address": address, **link}, OPERATOR)
        services.tell_person("p-1", SIGN_IN_LINK, {"address": "somebody@example.org", **link}, OPERATOR)
    assert services.send(message.pk) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.DEAD, 1)
    assert [mail.to for mail in sent_mail.outbox] == [["somebody@example.org"]]
    assert "example.org" not in caplog.text


@pytest.mark.django_db
def test_a_message_of_a_version_to_come_is_given_up(settings: Any) -> None:
    use_mail(settings)
    message = tell()
    OutgoingMessage.objects.filter(pk=message.pk).update(template="alert.of_tomorrow")
    assert services.send(message.pk) == 0
    message.refresh_from_db()
    assert (message.state, message.failure_code) == (MessageState.DEAD, "not_sendable")


@pytest.mark.django_db
def test_a_webhook_whose_address_is_none_is_given_up(settings: Any) -> None:
    use_webhook(settings, "https://hook.example:99999/in")
    message = tell()
    assert services.send(message.pk) == 0
    message.refresh_from_db()
    assert (message.state, message.failure_code) == (MessageState.DEAD, "address_invalid")


@pytest.mark.django_db
def test_the_name_of_a_mail_is_of_the_address_that_it_comes_from(settings: Any) -> None:
    use_mail(settings)
    settings.MAIL_FROM = "Clip review <clips@example.org>"
    message = tell()
    services.send(message.pk)
    assert sent_mail.outbox[0].extra_headers["Message-ID"] == f"<{message.pk}@example.org>"
