"""The officers' page of the log's integrity, over a log that is really sealed."""

import datetime
import io
import subprocess
import sys
import tarfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.integrity.status import Integrity, Witness, integrity
from annotations.audit.integrity.verification import verify
from annotations.audit.models import LogEntry, Verification
from annotations.audit.registry import lookup
from annotations.audit.sequencing import epochs
from annotations.audit.sequencing.configured import own_keys, own_sequencer
from annotations.core import clock, runs, stages
from annotations.core.errors import Conflict, Invalid
from annotations.core.models import RunState
from annotations.oversight import services
from annotations.oversight.enums import LogWork
from annotations.oversight.log_status import log_status
from annotations.oversight.models import LogRun
from tests.audit.sequencing.restores import REASON, Backup, seal
from tests.factories import make_user
from tests.pages import markup

pytestmark = pytest.mark.django_db
PAGE = "oversight:integrity"


def verification(ok: bool = True, days: float = 0) -> Verification:
    moment = clock.now() - clock.seconds(days * 86_400)
    return Verification(started_at=moment, finished_at=moment, by="p-officer2", size=3, ok=ok)


def state(**fields: object) -> Integrity:
    nothing = {
        "size": 3,
        "unsequenced": 0,
        "oldest": None,
        "checkpoint": None,
        "witnesses": (),
        "verification": None,
    }
    return Integrity(**{**nothing, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "Log never verified"),
        ({"verification": verification()}, "Log whole"),
        ({"verification": verification(days=8)}, "Log not verified lately"),
        ({"verification": verification(ok=False)}, "Log not whole"),
        ({"verification": verification(), "oldest": clock.now() - clock.seconds(3600)}, "Log not sealed"),
        (
            {"verification": verification(ok=False), "oldest": clock.now() - clock.seconds(3600)},
            "Log not whole",
        ),
        ({"verification": verification(), "contradicting": ("witness.example",)}, "A witness contradicts"),
        ({"verification": verification(), "behind": ("witness.example",)}, "A witness is behind a restore"),
        (
            {
                "verification": verification(),
                "witnesses": (Witness("witness.example", 2, clock.now() - clock.seconds(2 * 86_400)),),
            },
            "A witness is silent",
        ),
    ],
)
def test_the_worst_is_said_with_what_to_do(fields: dict[str, object], word: str) -> None:
    said = log_status(state(**fields), may_work=True)
    assert said.word == word
    assert said.advice


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verification": verification(days=8)},
        {
            "verification": verification(),
            "witnesses": (Witness("witness.example", 2, clock.now() - clock.seconds(2 * 86_400)),),
        },
    ],
)
def test_only_who_may_do_it_is_told_to(fields: dict[str, object]) -> None:
    assert " now" in log_status(state(**fields), may_work=True).advice
    assert log_status(state(**fields), may_work=False).advice.startswith("Ask a privacy officer")


def test_verifying_is_asked_for_once_done_by_a_worker_and_kept(site: Client, officer: User) -> None:
    own_sequencer().once()
    assert "Log never verified" in site.get(reverse(PAGE)).content.decode()
    site.post(reverse("oversight:work_on_log"), {"work": "verify"})
    again = site.post(reverse("oversight:work_on_log"), {"work": "verify"}, follow=True)
    assert "being done already" in again.content.decode()
    run = LogRun.objects.get()
    services.run_log_work(run.pk)
    services.run_log_work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.outcome) == (RunState.DONE, "The log is whole.")
    assert Verification.objects.get().by == officer.pseudonym
    assert LogEntry.objects.filter(action="audit.verified", actor=officer.pseudonym).count() == 1
    assert "Log whole" in site.get(reverse(PAGE)).content.decode()


def test_a_log_that_is_not_whole_says_so_on_every_page(site: Client) -> None:
    own_sequencer().once()
    failing = verification(ok=False)
    failing.problems = [{"code": "entry_altered", "message": "Entry 1 was altered."}]
    failing.save()
    html = site.get(reverse(PAGE)).content.decode()
    assert "Do not repair anything." in html
    assert "entry_altered" in html
    assert "Log not whole" in site.get(reverse("rights:consents")).content.decode()


def test_what_a_restore_lost_is_told_with_who_stood_for_it(site: Client, officer: User) -> None:
    second = make_user(Role.PRIVACY_OFFICER)
    seal(4)
    backup = Backup.take()
    lost = seal(5)
    backup.restore()
    epoch = epochs.declare(own_keys(), officer.actor, second.actor, REASON)
    seal(2)
    assert verify(WORKER).ok
    html = markup(site.get(reverse(PAGE)).content.decode())
    assert "The log is whole but for what a restore lost, which two officers declared." in html
    assert f'<td class="num">{lost - epoch.restored}</td><td>{epoch.restored} – {lost - 1}</td>' in html
    assert f"<td>{officer.username}</td><td>{second.username}</td>" in html
    assert "The signed declaration of epoch 2" in html
    assert escape(epoch.declaration.splitlines()[1]) in html
    assert REASON not in html


def test_only_officers_see_the_badge(client: Client) -> None:
    client.force_login(make_user(Role.OPERATOR))
    assert "Log never verified" not in client.get(reverse("operations")).content.decode()


def test_the_export_that_is_taken_out_convinces_its_own_verifier(
    site: Client, officer: User, tmp_path: Path
) -> None:
    own_sequencer().once()
    site.post(reverse("oversight:work_on_log"), {"work": "export"})
    services.run_log_work(LogRun.objects.get().pk)
    run = LogRun.objects.get()
    assert run.state == RunState.DONE, run.failure_message
    response = site.get(reverse("oversight:download_log", args=[run.pk]))
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert len(content) == run.bytes
    assert LogEntry.objects.filter(action="audit.export_served", actor=officer.pseudonym).count() == 1
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(tmp_path / "out", filter="data")
    folder = tmp_path / "out" / "log"
    checked = subprocess.run(
        [sys.executable, folder / "verify_log.py", folder], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_export_tells_how_far_it_is_and_a_worker_that_lost_it_leaves_nothing(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        for _ in range(600):
            audit.append(lookup("account.signed_in"), WORKER)
    own_sequencer().once()
    monkeypatch.setattr("annotations.audit.export.log_export._BUNDLES", 1)
    run = services.request_log_work(LogWork.EXPORT, officer.actor)
    seen = []
    renew = runs.renew

    def renewed(held: LogRun, lease: datetime.timedelta, **told: Any) -> None:
        renew(held, lease, **told)
        seen.append(told["progress"])
        if len(seen) == 3:  # another worker takes it over
            LogRun.objects.filter(pk=held.pk).update(token=uuid.uuid4())

    with monkeypatch.context() as patch:
        patch.setattr(runs, "renew", renewed)
        patch.setattr(stages, "RENEWED_EVERY", 0)
        services.run_log_work(run.pk)
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[2] > 0
    run.refresh_from_db()
    assert (run.state, run.name) == (RunState.RUNNING, ""), "it is the other worker's now"
    assert not storages["exports"].exists("log") or storages["exports"].listdir("log")[1] == []


def test_only_the_last_export_is_kept(site: Client, officer: User) -> None:
    own_sequencer().once()
    made = []
    for _ in range(2):
        run = services.request_log_work(LogWork.EXPORT, officer.actor)
        services.run_log_work(run.pk)
        made.append(run)
    first, second = made
    assert site.get(reverse("oversight:download_log", args=[first.pk])).status_code == 404
    assert LogRun.objects.get(pk=first.pk).name == ""
    response = site.get(reverse("oversight:download_log", args=[second.pk]))
    assert b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_an_entry_is_proven(site: Client) -> None:
    entry = LogEntry.objects.order_by("id")[0]
    unsealed = site.post(reverse("oversight:prove_entry"), {"entry": str(entry.pk)})
    assert unsealed.status_code == 409
    own_sequencer().once()
    proof = site.post(reverse("oversight:prove_entry"), {"entry": str(entry.pk)})
    assert proof.status_code == 200
    assert proof.content.decode().startswith("c2sp.org/tlog-proof")
    assert site.post(reverse("oversight:prove_entry"), {"entry": "x"}).status_code == 400


def test_a_worker_that_was_killed_each_time_does_not_block_the_next(officer: User) -> None:
    run = services.request_log_work(LogWork.VERIFY, officer.actor)
    LogRun.objects.filter(pk=run.pk).update(attempts=3)
    services.run_log_work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure_code) == (RunState.FAILED, "worker_lost")
    services.request_log_work(LogWork.VERIFY, officer.actor)


def test_what_cannot_be_asked_for(officer: User) -> None:
    with pytest.raises(Invalid, match="unknown_work"):
        services.request_log_work("repair", officer.actor)
    services.request_log_work(LogWork.ANCHOR, officer.actor)
    with pytest.raises(Conflict, match="under_way"):
        services.request_log_work(LogWork.ANCHOR, officer.actor)


def test_the_state_is_the_logs_own(site: Client) -> None:
    own_sequencer().once()
    now = integrity()
    html = site.get(reverse(PAGE)).content.decode()
    assert f"<dd>{now.size}</dd>" in html
