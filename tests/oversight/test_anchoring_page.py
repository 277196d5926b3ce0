"""The button that shows the log to its witnesses, with the project's own witness running as a program of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER
from annotations.audit.integrity.anchoring import CONTRADICTS, anchor
from annotations.audit.integrity.status import last_checkpoint
from annotations.audit.keys.policy import log_keys
from annotations.audit.models import Cosignature, LogEntry
from annotations.audit.sequencing.configured import own_sequencer
from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.signed_notes import PrivateKey
from annotations.audit.tree.witness import Request
from annotations.core.models import RunState
from annotations.core.templatetags.times import minute
from annotations.oversight import services
from annotations.oversight.models import LogRun
from tests.audit.witness.test_witness import Running
from tests.factories import make_user
from tests.pages import markup

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGE = "oversight:integrity"


@pytest.fixture
def witness(tmp_path: Path, settings: Any) -> Iterator[Running]:
    """A witness that was told the log's key, and that the site was told of."""
    own_sequencer().once()
    folder = tmp_path / "witness"
    folder.mkdir()
    started = Running(folder, *(key.vkey for key in log_keys()))
    started.start()
    settings.AUDIT_WITNESSES = [(started.address, started.vkey)]
    yield started
    if started.process:
        started.end()


@pytest.fixture
def site(client: Client, witness: Running) -> Client:
    client.force_login(make_user(Role.PRIVACY_OFFICER))
    return client


def press(site: Client) -> LogRun:
    """Presses the button, and does what a worker does then; what came of it."""
    own_sequencer().once()
    assert "Show it to the witnesses" in site.get(reverse(PAGE)).content.decode()
    site.post(reverse("oversight:work_on_log"), {"work": "anchor"})
    own_sequencer().once()
    run = LogRun.objects.order_by("-created_at", "-id")[0]
    services.run_log_work(run.pk)
    run.refresh_from_db()
    return run


def forged(size: int, settings: Any) -> bytes:
    """Another past of so many entries, signed with the log's own key, as whoever took that over could show it."""
    (file,) = Path(settings.AUDIT_KEYS_DIR).glob("*.key")
    body = Checkpoint(settings.AUDIT_ORIGIN, size, b"another past".ljust(32)).format()
    return (
        Request(0, (), signed_notes.sign(body, PrivateKey.parse(file.read_text().strip()))).format().encode()
    )


@pytest.mark.both
def test_the_witness_cosigns_and_the_page_shows_how_much_it_saw_and_when(
    site: Client, witness: Running
) -> None:
    assert "No witness has cosigned the log yet" in site.get(reverse(PAGE)).content.decode()
    run = press(site)
    shown = last_checkpoint()
    assert shown
    assert (run.state, run.outcome) == (RunState.DONE, f"witness.example/w: {shown.size}")
    kept = Cosignature.objects.get()
    note = signed_notes.SignedNote(
        signed_notes.parse(shown.note).text, signed_notes.parse_signatures(kept.line)
    )
    assert (kept.size, len(note.verify([witness.key]))) == (shown.size, 1)
    html = markup(site.get(reverse(PAGE)).content.decode())
    assert f'<th scope="row">witness.example/w</th><td class="num">{shown.size}</td>' in html
    assert minute(kept.witnessed_at) in html
    assert "of 1" in html


def test_a_witness_that_is_down_is_told_and_can_be_asked_again(
    site: Client, witness: Running, settings: Any
) -> None:
    witness.end()
    run = press(site)
    assert (run.state, run.failure_code) == (RunState.FAILED, "witness_failed")
    html = site.get(reverse(PAGE)).content.decode()
    assert "witness.example/w: It did not answer." in html
    assert "Show it to the witnesses" in html
    witness.start()
    settings.AUDIT_WITNESSES = [(witness.address, witness.vkey)]
    assert press(site).state == RunState.DONE
    assert "It did not answer." not in site.get(reverse(PAGE)).content.decode()


@pytest.mark.both
@pytest.mark.parametrize("more", [-1, 1000], ids=["a smaller log", "a larger log"])
def test_a_witness_that_saw_another_past_is_shown_as_what_it_is(
    site: Client, witness: Running, settings: Any, more: int
) -> None:
    assert witness.post(forged(LogEntry.objects.count() + more, settings))[0] == 200
    run = press(site)
    assert (run.state, run.failure_code) == (RunState.FAILED, "witness_contradicts")
    assert LogEntry.objects.filter(action="audit.witness_contradicts").count() == 1
    assert not Cosignature.objects.exists()
    assert "It has seen another past of this log" in site.get(reverse(PAGE)).content.decode()
    assert "A witness contradicts" in site.get(reverse("rights:consents")).content.decode()
    # That the log goes on does not make it forgotten.
    assert press(site).failure_code == "witness_contradicts"


def test_another_past_of_as_many_entries_is_told_as_well(
    site: Client, witness: Running, settings: Any
) -> None:
    shown = last_checkpoint()
    assert shown
    assert witness.post(forged(shown.size, settings))[0] == 200
    assert [each.reason for each in anchor(WORKER)] == [CONTRADICTS]


def test_a_witness_that_was_not_told_of_the_log_says_so(
    site: Client, witness: Running, settings: Any
) -> None:
    witness.end()
    (witness.folder / "logs").write_text(PrivateKey.generate("another.example/log").public.vkey)
    witness.start()
    settings.AUDIT_WITNESSES = [(witness.address, witness.vkey)]
    run = press(site)
    assert (run.state, run.failure_code) == (RunState.FAILED, "witness_failed")
    assert "It does not watch this log." in site.get(reverse(PAGE)).content.decode()
