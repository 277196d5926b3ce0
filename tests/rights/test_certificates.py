"""A certificate of erasure, verified offline by the one file, as the program that somebody else runs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.export.log_export import key_policy, prove
from annotations.audit.models import LogEntry
from annotations.audit.offline import verify_log
from annotations.audit.sequencing.configured import own_sequencer
from annotations.clips.models import Clip
from annotations.datasets import selectors as dataset_selectors, services as datasets
from annotations.rights import certificates, receipts, services
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.scopes import Scope
from tests.factories import make_accepted, make_ready_clip, make_user
from tests.rights.erased_clips import release_with

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def erasure(officer: User) -> Erasure:
    clip = make_ready_clip()
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    found = services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, "The owner wrote to us.")
    services.erase(found.pk)
    own_sequencer().once()
    return Erasure.objects.get(pk=found.pk)


@pytest.fixture
def file(erasure: Erasure, site: Client) -> dict[str, Any]:
    answer = site.get(reverse("rights:erasure_certificate_file", args=[erasure.pk]))
    content: dict[str, Any] = json.loads(answer.content)
    return content


def verify(file: dict[str, Any], folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """In a process that sees nothing of this project."""
    path = folder / "certificate.json"
    path.write_text(json.dumps(file))
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))
    }
    command = [
        sys.executable,
        "-W",
        "error",
        verify_log.__file__,
        "verify-certificate",
        str(path),
        *arguments,
    ]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=60)


def test_somebody_else_verifies_it_and_reads_what_happened(
    file: dict[str, Any], erasure: Erasure, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(key_policy())
    ended = verify(file, tmp_path, "--policy", str(policy))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Whole: ")
    assert f"Erasure {erasure.pk} of clip {erasure.target}" in ended.stdout
    assert "Renditions: the clips with faces hidden: 1, deleted" in ended.stdout
    assert "compare them" not in ended.stdout
    assert "compare them" in verify(file, tmp_path).stdout


def test_the_document_tells_of_nobody_who_works_here(file: dict[str, Any], officer: User) -> None:
    text = json.dumps(file["document"])
    assert officer.pseudonym not in text
    assert officer.username not in text
    assert file["document"]["because"] == "a privacy officer"


@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda file: file["document"]["stores"][0].update(there=7), "certificate_altered"),
        (lambda file: file["document"].update(verified="no"), "certificate_altered"),
        (lambda file: file.update(proof=file["proof"].replace("index 0", "index 1")), ""),
        (lambda file: file.update(format="erasure-certificate/9"), ""),
        (lambda file: file.pop("proof"), ""),
    ],
)
def test_an_altered_certificate_is_told(
    file: dict[str, Any], tmp_path: Path, alter: Callable[[dict[str, Any]], object], code: str
) -> None:
    before = json.dumps(file)
    alter(file)
    ended = verify(file, tmp_path)
    assert (ended.returncode == 0) is (json.dumps(file) == before)
    assert code in ended.stdout


def test_the_proof_of_another_entry_certifies_nothing(file: dict[str, Any], tmp_path: Path) -> None:
    other = LogEntry.objects.filter(action="erasure.requested").latest("occurred_at")
    ended = verify({**file, "proof": prove(other.pk, WORKER)}, tmp_path)
    assert ended.returncode == 1
    assert "other_entry" in ended.stdout


def test_another_logs_keys_do_not_vouch_for_it(file: dict[str, Any], tmp_path: Path) -> None:
    policy = json.loads(file["policy"])
    (tmp_path / "policy.json").write_text(json.dumps({**policy, "origin": "example.org/other"}))
    ended = verify(file, tmp_path, "--policy", str(tmp_path / "policy.json"))
    assert ended.returncode == 1
    assert "wrong_origin" in ended.stdout


def test_the_owner_reads_the_same_certificate_by_the_receipt(erasure: Erasure, client: Client) -> None:
    clip = Clip.objects.get(public_id=erasure.target)
    address = receipts.path_for(clip)
    shown = client.get(address).content.decode()
    assert "It was erased on" in shown
    assert "Withdraw my consent" not in shown
    page = client.get(f"{address}certificate/").content.decode()
    assert certificates.digest(erasure.certificate or {}) in page
    assert json.loads(client.get(f"{address}certificate.json").content)["document"] == erasure.certificate


def test_it_lists_who_fetched_a_copy_without_naming_them_and_what_they_answered(
    site: Client, officer: User
) -> None:
    clip = make_accepted().assignment.clip
    engineer = make_user(Role.ML_ENGINEER, country="DE")
    release = release_with(clip)
    datasets.deliver(release, "coco", engineer.actor)
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    found = services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, "The owner wrote to us.")
    services.erase(found.pk)
    found.refresh_from_db()
    assert found.certificate
    told = [(each["who"], each["country"], each["answer"]) for each in found.certificate["recipients"]]
    assert told == [("an engineer who works here", "", ""), ("an engineer who works here", "DE", "")]
    assert all(each["asked"] for each in found.certificate["recipients"])
    text = json.dumps(found.certificate)
    assert engineer.pseudonym not in text
    assert "p-engineer" not in text
    asked = [each.pk for each in dataset_selectors.open_deletions(engineer.pseudonym)]
    datasets.confirm_deletions(asked, "deleted", "", engineer.actor)
    services.check_again(found.pk, officer.actor)
    page = site.get(reverse("rights:erasure_certificate", args=[found.pk])).content.decode()
    assert "every copy was deleted" in page
    assert "asked to delete it, no answer yet" in page
