"""The drill: what was withdrawn, erased, closed and destroyed after a backup stays so when the site is restored.

Restored into a fresh folder and a fresh database, as on a new machine, with the journal and with every key that exists
after the erasures; and once more with an old copy of the store of subjects' keys.
"""

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts import log, services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import ApiKey, User
from annotations.audit import details, journal, services as audit
from annotations.audit.actors import COMMAND_LINE, WORKER, Actor
from annotations.audit.enums import DetailState, KeysDestroyed
from annotations.audit.integrity import verification
from annotations.audit.keys.refused import Refused
from annotations.audit.models import LogEntry
from annotations.audit.sequencing.configured import own_sequencer
from annotations.audit.subject_keys import store
from annotations.clips import gate, services as clips, vault
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, Consent, Original
from annotations.core.errors import DomainError
from annotations.core.wrapping import Damaged
from annotations.redaction import delivery
from annotations.review.models import Project
from annotations.rights import receipts, services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope
from reviewapp.backups import restoring
from tests.factories import PASSWORD, make_accepted, make_original, make_ready_clip, make_submitter, make_user
from tests.in_person import call_in_person
from tests.reviewapp.backups.restored import Sites, backup
from tests.rights.erased_clips import REASON, make_everywhere, release_with
from tests.routes import routes
from tests.test_permissions import SAMPLES

WHOLE_WITH_A_DECLARED_LOSS = 3
WORDS = {"reason": REASON}

pytestmark = [pytest.mark.engines, pytest.mark.timeout(400)]


@dataclass
class Past:
    """A site before its backup: what will be withdrawn, erased, closed and destroyed, and what will not."""

    officer: User
    closed: User
    withdrawn: Clip
    erased: Clip
    erased_by_owner: Clip
    aged: Clip
    kept: Clip
    key: str
    subject: str
    times: dict[str, float]

    @property
    def gone(self) -> tuple[Clip, ...]:
        return self.erased, self.erased_by_owner

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.times[step] = time.perf_counter() - start


@pytest.fixture
def sites(fresh_database: str, settings: Any, tmp_path: Path) -> Iterator[Sites]:
    made = Sites(settings, tmp_path)
    yield made
    made.drop()


@pytest.fixture(params=["plain", pytest.param("everywhere", marks=pytest.mark.long)])
def past(sites: Sites, request: pytest.FixtureRequest) -> Past:
    """With clips that were only made ready; or with some that lie in every store that there is."""
    submitter = make_submitter()
    if request.param == "everywhere":
        erased = make_everywhere(released=False)
        withdrawn = make_accepted(Project.objects.get()).assignment.clip
        release_with(withdrawn)
    else:
        erased, withdrawn = make_ready_clip(), make_ready_clip()
        make_original(erased)
    plain = [make_ready_clip() for _ in range(3)]
    for clip in (*plain, withdrawn):
        make_original(clip)
    owner, aged, kept = plain
    with transaction.atomic():
        audit.append(
            log.LOCKED_OUT, WORKER, subject=kept.owner.pseudonym, data={"account": "unknown"}, detail=WORDS
        )
    officer, closed = make_user(Role.PRIVACY_OFFICER), make_user()
    return Past(
        officer=officer,
        closed=closed,
        withdrawn=withdrawn,
        erased=erased,
        erased_by_owner=owner,
        aged=aged,
        kept=kept,
        key=accounts.create_key(COMMAND_LINE, submitter),
        subject=kept.owner.pseudonym,
        times={},
    )


def live_on(past: Past) -> list[Erasure]:
    """What happens after the backup, each by its own way."""
    officer = past.officer.actor
    rights.withdraw(past.withdrawn, officer, REASON)
    erased = [
        rights.request_erasure(
            Scope(ScopeKind.CLIP, str(past.erased.public_id)), officer, ErasureCause.OFFICER, REASON
        )
    ]
    assert Client().post(reverse("rights:receipt_erase", args=[receipts.token_for(past.erased_by_owner)]))
    erased += Erasure.objects.filter(target=str(past.erased_by_owner.public_id))
    for erasure in erased:
        rights.erase(erasure.pk)
        erasure.refresh_from_db()
    assert [each.state for each in erased] == ["done", "done"]
    clips.erase_original(past.aged, WORKER)
    accounts.revoke_key(Actor("p-operator", Role.OPERATOR), ApiKey.objects.get().prefix)
    audit.destroy_keys([past.subject], officer, KeysDestroyed.OFFICER, REASON)
    accounts.close_account(past.closed, Actor("p-operator", Role.OPERATOR), REASON)
    return erased


class Killed(BaseException):
    """The machine stops."""


@contextmanager
def killed_before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[None]:
    def stop(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(module, name, stop)
        with pytest.raises(Killed):
            yield


def answers() -> dict[str, int]:
    """What each route of the site answers a stranger, and whoever held a session or a key."""
    client = Client()
    found = {}
    for route in routes():
        kwargs = {name: SAMPLES[converter]() for name, converter in route.parameters}
        for method in sorted(route.methods):
            found[f"{method} {route.name}"] = client.generic(
                method, reverse(route.name, kwargs=kwargs)
            ).status_code
    return found


def restore(source: Path, *options: Any) -> None:
    call_command("restore", source, *options, stdout=io.StringIO(), stderr=io.StringIO())


def replay() -> None:
    call_command("restore", "--replay", stdout=io.StringIO())


def check_nothing_is_served(past: Past) -> None:
    found = answers()
    assert found.pop("GET healthz") == 200
    assert set(found.values()) == {503}
    told = Client().get("/readyz").json()
    assert told["reasons"][0]["code"] == "journal_ahead"
    page = Client().get("/")
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    assert "The site was set back to an earlier state" in page.content.decode()
    api = Client(headers={"Authorization": f"Bearer {past.key}"}).get(reverse("clips:api_camera"))
    assert (api.status_code, api.json()["code"]) == (503, "journal_ahead")


def check_what_was_promised(past: Past, erasures: list[Erasure]) -> None:
    """Nothing that was withdrawn or erased is served, revoked keys let nobody in, and the rest is as it was."""
    assert Client().get(reverse("accounts:sign_in")).status_code == 200
    for clip in (past.withdrawn, *past.gone):
        assert not any(gate.allows(clip.pk, purpose) for purpose in Purpose.values)
        with pytest.raises(DomainError) as refused:
            delivery.grant(_request(past.officer), clip, Purpose.MODERATION)
        assert refused.value.code == "clip_held"
    assert HoldReason.WITHDRAWN in gate.reasons(past.withdrawn.pk)
    assert Consent.objects.get(clip=past.withdrawn).withdrawn_at is not None
    for clip in past.gone:
        assert HoldReason.ERASED in gate.reasons(clip.pk)
        with pytest.raises(Damaged, match="was destroyed"), vault.opened(Original.objects.get(clip=clip)):
            pass
    assert not Original.objects.filter(clip=past.aged).exists()
    api = Client(headers={"Authorization": f"Bearer {past.key}"}).get(reverse("clips:api_camera"))
    assert api.status_code == 401
    typed = {"username": past.closed.username, "password": PASSWORD}
    assert Client().post(reverse("accounts:sign_in"), typed).status_code == 200, "a sign-in leads on"
    receipt = Client().get(reverse("rights:receipt", args=[receipts.token_for(past.withdrawn)]))
    assert receipt.status_code == 200
    assert gate.allows(past.kept.pk, Purpose.LABELING)
    with vault.opened(Original.objects.get(clip=past.kept)) as plain:
        assert plain.read(1)
    again = list(Erasure.objects.order_by("created_at"))
    assert {each.pk for each in again} == {each.pk for each in erasures}
    for erasure in again:
        rights.erase(erasure.pk)
        erasure.refresh_from_db()
        assert (erasure.state, erasure.findings) == ("done", [])
    assert not Original.objects.filter(clip__in=past.gone).exists()


def check_the_log(past: Past) -> None:
    """Who and when is as it was, and no detail looks tampered with."""
    withdrawal = LogEntry.objects.get(action="consent.withdrawn", clip=past.withdrawn.public_id)
    assert withdrawal.actor == past.officer.pseudonym
    states = {each.state for each in details.read(LogEntry.objects.all()).values()}
    assert DetailState.TAMPERED not in states
    assert DetailState.ERASED in states
    kinds = set(LogEntry.objects.values_list("action", flat=True))
    assert {"backup.begun", "backup.restored", "journal.replayed", "audit.subject_erased"} <= kinds
    assert verification.verify(WORKER).problems == []


def declare_epoch(past: Past) -> None:
    """The log is shorter than what was signed, until two officers say so."""
    with pytest.raises(Refused, match="set back"):
        own_sequencer().once()
    second = make_user(Role.PRIVACY_OFFICER)
    officers = ("--by", past.officer.username, "--agreed-by", second.username)
    reason = ("--reason", "The disk was lost.")
    call_in_person("agree_epoch", *officers, *reason, stdout=io.StringIO())
    call_command("audit", "declare-epoch", stdout=io.StringIO())
    own_sequencer().once()


def check_the_log_offline(folder: Path) -> None:
    """The program that others run says that it is whole in epoch 2, and what was lost with the restore."""
    call_command("audit", "export", str(folder), stdout=io.StringIO())
    command = [sys.executable, "-W", "error", str(folder / "verify_log.py"), str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (WHOLE_WITH_A_DECLARED_LOSS, "")
    assert "Epoch 2" in ended.stdout
    assert "were lost with a restore" in ended.stdout


def _request(user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.get("/").wsgi_request


def test_what_was_promised_is_kept_through_a_restore(
    past: Past, sites: Sites, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_sequencer().once()
    with past.timed("backup"):
        source = backup(tmp_path / "backup", "--renditions")
    own_sequencer().once()
    with past.timed("what happens since"):
        erasures = live_on(past)
    own_sequencer().once()
    keys = [key for line in journal.own_file().lines() for key in line.data.get("keys", [])]
    assert len(keys) >= 3
    assert store().existing(keys) == []
    sites.fresh("restored")
    with past.timed("restore"), killed_before(monkeypatch, restoring, "replay"):
        restore(source)
    sites.serve()
    check_nothing_is_served(past)
    with past.timed("replay"):
        replay()
    assert {each["code"] for each in Client().get("/readyz").json()["reasons"]} <= {"log_not_sealed"}
    check_what_was_promised(past, erasures)
    check_the_log(past)
    with past.timed("epoch"):
        declare_epoch(past)
    assert Client().get("/readyz").json()["reasons"] == []
    with past.timed("export and verification"):
        check_the_log_offline(tmp_path / "log")
    told = ", ".join(f"{step} {seconds:.2f} s" for step, seconds in past.times.items())
    sys.stdout.write(f"\n{django_settings.TEST_DATABASE}: {told}\n")  # shown by pytest -s


@pytest.mark.long
def test_an_old_copy_of_the_keys_brings_nothing_back(past: Past, sites: Sites, tmp_path: Path) -> None:
    source = backup(tmp_path / "backup", "--renditions", "--keys", str(tmp_path / "keys-copy"))
    erasures = live_on(past)
    keys = [key for line in journal.own_file().lines() for key in line.data.get("keys", [])]
    sites.fresh("restored")
    restore(source, "--keys", str(tmp_path / "keys-copy"))
    sites.serve()
    assert store().existing(keys) == []
    assert LogEntry.objects.filter(action="audit.keys_returned").count() <= 1
    check_what_was_promised(past, erasures)
    check_the_log(past)
