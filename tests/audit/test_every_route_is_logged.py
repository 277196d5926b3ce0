"""No byte of content without its entry: the entry is committed before the first byte, and without it nothing is served.

Every route has a class in `CLASSES`; a new one fails here until it has one, and one that serves content until it has a
case. A case prepares what there is to see and says how it is asked for.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.audit import log as audit_log, services as audit
from annotations.audit.actors import WORKER
from annotations.audit.models import LogEntry
from annotations.audit.sequencing.configured import own_sequencer
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.datasets import services as datasets
from annotations.datasets.filters import Filters
from annotations.datasets.models import Release
from annotations.moderation import services as moderation
from annotations.moderation.models import Flag
from annotations.oversight import services as oversight
from annotations.oversight.enums import LogWork
from annotations.rights import receipts, services as rights
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import AccessRequest, Erasure
from annotations.rights.scopes import Scope
from tests import factories as make
from tests.oversight.test_alerts import alert
from tests.routes import routes

pytestmark = pytest.mark.django_db


class Serves(Enum):
    CONTENT = "what a clip shows, what the log tells, or what is known of an owner: never without its entry"
    KEY = "the address under which content is served: an entry too, before it is given"
    WORK = "pages of one's own work: ids, states, labels and numbers, no content"
    WRITE = "nothing but the outcome of a write, which `test_every_write_is_logged` walks"
    OPEN = "nothing of anybody"


CLASSES: dict[str, Serves] = {
    **dict.fromkeys(
        (
            "redaction:media",
            "break_glass:media",
            "break_glass:token",
            "redaction:region_picture",
            "redaction:unredaction_picture",
            "moderation:poster",
            "datasets:download",
            "datasets:api_file",
            "datasets:download_manifest",
            "oversight:log",
            "oversight:search_text",
            "oversight:export_entries",
            "oversight:entry",
            "oversight:dossier",
            "oversight:person",
            "oversight:alert",
            "oversight:download_log",
            "oversight:prove_entry",
            "rights:consents",
            "rights:erase",
            "rights:erasure",
            "rights:plan_erasure",
            "rights:erasure_certificate",
            "rights:erasure_certificate_file",
            "rights:receipt_erase",
            "rights:receipt_certificate",
            "rights:receipt_certificate_file",
            "rights:access_request",
            "rights:access_answer",
            "rights:access_answer_file",
            "rights:access_answer_archive",
            "rights:receipt",
            "rights:legal_hold",
        ),
        Serves.CONTENT,
    ),
    **dict.fromkeys(
        (
            "review:media_token",
            "review:task_media_token",
            "moderation:reveal",
            "rights:link_receipt",
            "rights:renew_receipt",
        ),
        Serves.KEY,
    ),
    **dict.fromkeys(
        (
            "home",
            "accounts:account",
            "accounts:change_password",
            "accounts:second_factor",
            "accounts:step_up",
            "accounts:time_left",
            "accounts:add_factor",
            "accounts:add_app",
            "accounts:add_passkey",
            "accounts:use_link",
            "accounts:people",
            "accounts:invite",
            "accounts:person",
            "accounts:own_keys",
            "accounts:make_own_key",
            "accounts:rotate_own_key",
            "accounts:make_key",
            "accounts:rotate_key",
            "api_metrics",
            "clips:submit",
            "clips:cameras",
            "clips:camera",
            "clips:api_camera",
            "moderation:flagged",
            "moderation:detail",
            "moderation:screening",
            "moderation:unverified",
            "moderation:unverified_clip",
            "operations",
            "outgoing_messages",
            "redaction:api_progress",
            "redaction:unredactions",
            "redaction:regions",
            "redaction:unredaction",
            "review:home",
            "review:workbench",
            "review:adjudication",
            "review:adjudicate",
            "review:redaction_quality",
            "datasets:index",
            "datasets:create",
            "datasets:detail",
            "datasets:release",
            "datasets:left_out",
            "datasets:api_release",
            "datasets:deletions",
            "datasets:api_deletions",
            "oversight:alerts",
            "oversight:integrity",
            "oversight:alert_rules",
            "review:hiding_effect",
            "oversight:alert_rule",
            "rights:access_requests",
            "rights:ending",
            "rights:retention_register",
            "rights:retention_rule",
            "rights:legal_holds",
            "rights:new_legal_hold",
            "rights:new_access_request",
            "rights:erasures",
            "rights:erasure_run",
            "rights:withdraw",
            "break_glass:index",
            "break_glass:ask",
            "break_glass:detail",
        ),
        Serves.WORK,
    ),
    **dict.fromkeys(
        (
            "accounts:sign_out",
            "accounts:end_session",
            "accounts:end_other_sessions",
            "accounts:revoke_own_key",
            "accounts:choose_time_zone",
            "accounts:accept_statement",
            "accounts:describe",
            "accounts:record_training",
            "accounts:change_role",
            "accounts:step",
            "accounts:require_new_password",
            "accounts:revoke_key",
            "accounts:decide_proposal",
            "accounts:take_back_proposal",
            "accounts:decide_loss",
            "accounts:rename_factor",
            "accounts:remove_factor",
            "accounts:renew_recovery_codes",
            "clips:api_clips",
            "moderation:add_list",
            "moderation:decide",
            "moderation:decide_together",
            "moderation:discard",
            "moderation:try_strictly",
            "moderation:recheck_again",
            "moderation:remove_list",
            "operations_retry",
            "send_message_again",
            "try_target",
            "redaction:ask_for_unredaction",
            "redaction:decide_unredaction",
            "redaction:take_back_unredaction",
            "redaction:hide_again",
            "review:next",
            "review:resume",
            "review:claim",
            "review:draft",
            "review:submit",
            "review:extend",
            "review:skip",
            "review:flag",
            "review:missed_regions",
            "review:watched",
            "review:accept",
            "review:return",
            "review:flag_task",
            "review:set_aside",
            "review:reopen",
            "review:task_watched",
            "datasets:change",
            "datasets:retry",
            "datasets:succeed",
            "datasets:confirm_deletions",
            "datasets:api_confirm_deletions",
            "oversight:save_search",
            "oversight:change_search",
            "oversight:take_alert",
            "oversight:work_on_log",
            "oversight:give_back_alert",
            "oversight:resolve_alert",
            "rights:step_access_request",
            "rights:decide_retention_rule",
            "rights:step_legal_hold",
            "rights:receipt_withdraw",
            "rights:receipt_renew",
            "accounts:mail_link",
            "rights:continue_erasure",
            "break_glass:decide",
            "break_glass:close",
            "break_glass:watched",
            "single_sign_on:ended",
        ),
        Serves.WRITE,
    ),
    **dict.fromkeys(
        (
            "healthz",
            "readyz",
            "api_schema",
            "accounts:sign_in",
            "single_sign_on:begin",
            "single_sign_on:confirm",
            "single_sign_on:come_back",
            "single_sign_on:wait",
        ),
        Serves.OPEN,
    ),
}


@dataclass(frozen=True)
class Asked:
    """One request for content; `entry` is the kind of entry that it leaves."""

    role: str | None
    entry: str
    path: str
    method: str = "GET"
    data: dict[str, Any] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def send(self) -> Any:
        if self.role and "_auth_user_id" not in self.client.session:
            self.client.force_login(make.make_user(self.role))
        return self.client.generic(self.method, self.path) if not self.data else self._posted()

    def _posted(self) -> Any:
        return self.client.post(self.path, self.data)


CASES: dict[str, Callable[[], Asked]] = {}
Prepare = Callable[[], Asked]


def case(route: str) -> Callable[[Prepare], Prepare]:
    def register(prepare: Prepare) -> Prepare:
        CASES[route] = prepare
        return prepare

    return register


def needs_a_case() -> list[str]:
    return sorted(route for route, serves in CLASSES.items() if serves in {Serves.CONTENT, Serves.KEY})


def test_every_route_has_a_class_and_every_one_that_serves_content_a_case() -> None:
    assert {route.name for route in routes()} == set(CLASSES), "CLASSES says of each route what it serves."
    assert needs_a_case() == sorted(CASES), (
        "Each route that serves content or a key has a function with @case."
    )


def test_what_serves_only_the_outcome_of_a_write_takes_no_get() -> None:
    written = {route.name: route.methods for route in routes() if CLASSES.get(route.name) is Serves.WRITE}
    assert {name for name, methods in written.items() if "GET" in methods} == set()


def test_a_request_is_no_transaction_so_what_a_service_committed_stands_before_the_answer() -> None:
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False


@pytest.mark.parametrize("route", needs_a_case())
def test_the_entry_is_committed_before_the_first_byte(route: str) -> None:
    asked = CASES[route]()
    before = set(LogEntry.objects.values_list("pk", flat=True))
    response = asked.send()
    # The body of a stream has not begun; no transaction of the request is open any more.
    assert connection.savepoint_ids == []
    assert response.status_code in {200, 201}, response.status_code
    told = list(LogEntry.objects.exclude(pk__in=before))
    assert asked.entry in {entry.action for entry in told}
    assert {entry.request for entry in told if entry.action == asked.entry} == {response["X-Request-ID"]}
    assert body(response)


@pytest.mark.once
@pytest.mark.parametrize("route", needs_a_case())
def test_nothing_is_served_when_the_entry_cannot_be_written(
    route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = CASES[route]()
    if asked.role and "_auth_user_id" not in asked.client.session:
        asked.client.force_login(make.make_user(asked.role))
    asked.client.raise_request_exception = False
    served = body_of_success(asked)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(audit, "append", broken)
    response = asked.send()
    assert response.status_code == 500
    refused = body(response)
    assert refused != served
    assert len(refused) < 5000


def body_of_success(asked: Asked) -> bytes:
    response = asked.send()
    assert response.status_code in {200, 201}
    return body(response)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


# renditions


def delivered(role: str) -> Asked:
    """A reviewer's view of the clip that they have in hand."""
    reviewer, client = make.make_user(role), Client()
    client.force_login(reviewer)
    assignment = make.make_assignment(reviewer)
    answer = client.post(reverse("review:media_token", args=[assignment.public_id]))
    return Asked(role, "rendition.served", answer.json()["url"], client=client)


@case("redaction:media")
def _() -> Asked:
    return delivered(Role.CONTRACTOR)


@case("review:media_token")
def _() -> Asked:
    reviewer, client = make.make_user(), Client()
    client.force_login(reviewer)
    path = reverse("review:media_token", args=[make.make_assignment(reviewer).public_id])
    return Asked(Role.CONTRACTOR, "rendition.granted", path, "POST", client=client)


@case("review:task_media_token")
def _() -> Asked:
    task = make.make_accepted().assignment.task
    return Asked(
        Role.LEAD, "rendition.granted", reverse("review:task_media_token", args=[task.public_id]), "POST"
    )


def flagged() -> Flag:
    return moderation.flag(make.make_ready_clip(), "violence", make.make_user(Role.LEAD).actor)


@case("moderation:poster")
def _() -> Asked:
    return Asked(Role.LEAD, "content.poster_served", reverse("moderation:poster", args=[flagged().pk]))


@case("moderation:reveal")
def _() -> Asked:
    return Asked(Role.LEAD, "rendition.granted", reverse("moderation:reveal", args=[flagged().pk]), "POST")


@case("redaction:region_picture")
def _() -> Asked:
    clip = make.make_ready_clip()
    path = reverse("redaction:region_picture", args=[clip.public_id, make.make_track(clip).number])
    return Asked(Role.LEAD, "region.shown", path)


@case("redaction:unredaction_picture")
def _() -> Asked:
    unredaction = make.make_unredaction(make.make_ready_clip())
    return Asked(Role.LEAD, "region.shown", reverse("redaction:unredaction_picture", args=[unredaction.pk]))


# datasets


def frozen() -> Release:
    engineer = make.make_user(Role.ML_ENGINEER).actor
    project = make.make_accepted().assignment.project
    release = datasets.request(datasets.create(engineer, "Porch", project, Filters()), engineer)
    datasets.freeze(release.pk)
    return release


@case("datasets:download")
def _() -> Asked:
    path = reverse("datasets:download", args=[frozen().pk, "coco"])
    return Asked(Role.ML_ENGINEER, "dataset.exported", path)


@case("datasets:download_manifest")
def _() -> Asked:
    release = frozen()
    datasets.erase_clip(release.items.get().clip, WORKER)
    path = reverse("datasets:download_manifest", args=[release.pk])
    return Asked(Role.ML_ENGINEER, "dataset.manifest_read", path)


@case("datasets:api_file")
def _() -> Asked:
    path = reverse("datasets:api_file", args=[frozen().pk, "manifest"])
    return Asked(Role.ML_ENGINEER, "dataset.exported", path)


# originals without redaction


def access(entry: str, *, token: bool = False) -> Asked:
    lead, client = make.make_user(Role.LEAD), Client()
    client.force_login(lead)
    path = reverse("break_glass:token", args=[make.make_break_glass_access(lead).pk])
    if not token:
        return Asked(Role.LEAD, entry, path, "POST", client=client)
    return Asked(Role.LEAD, entry, client.post(path).json()["url"], client=client)


@case("break_glass:token")
def _() -> Asked:
    return access("break_glass.granted")


@case("break_glass:media")
def _() -> Asked:
    return access("break_glass.served", token=True)


# the log and the desk


def officers(entry: str, route: str, *arguments: object, query: str = "", **rest: Any) -> Asked:
    return Asked(Role.PRIVACY_OFFICER, entry, reverse(route, args=arguments) + query, **rest)


def withdrawn() -> Clip:
    """A clip whose owner somebody wrote about."""
    clip = make.make_clip()
    rights.withdraw(clip, make.make_user(Role.PRIVACY_OFFICER).actor, "The owner wrote to us.")
    return clip


@case("oversight:log")
def _() -> Asked:
    withdrawn()
    return officers("audit.searched", "oversight:log")


@case("oversight:search_text")
def _() -> Asked:
    withdrawn()
    since = f"{clock.now() - datetime.timedelta(days=1):%Y-%m-%dT%H:%M}"
    data = {"words": "wrote", "since": since}
    return officers("audit.words_searched", "oversight:search_text", method="POST", data=data)


@case("oversight:export_entries")
def _() -> Asked:
    withdrawn()
    return officers(
        "audit.entries_exported", "oversight:export_entries", method="POST", data={"format": "csv"}
    )


@case("oversight:entry")
def _() -> Asked:
    withdrawn()
    return officers("audit.entry_opened", "oversight:entry", LogEntry.objects.earliest("id").pk)


@case("oversight:dossier")
def _() -> Asked:
    return officers("privacy.dossier_opened", "oversight:dossier", withdrawn().public_id)


@case("oversight:person")
def _() -> Asked:
    return officers("audit.person_opened", "oversight:person", make.make_user().pseudonym)


@case("oversight:alert")
def _() -> Asked:
    return officers("alert.opened", "oversight:alert", alert().pk)


@case("rights:consents")
def _() -> Asked:
    return officers("privacy.looked_up", "rights:consents", query=f"?q={withdrawn().owner.pseudonym}")


@case("rights:erase")
def _() -> Asked:
    person = make.make_user(Role.LEAD).actor
    audit.append(audit_log.SEARCHED, person, data={"filters": [], "page": "first"})
    return officers("privacy.erasure_prepared", "rights:erase", query=f"?q={person.pseudonym}")


@case("rights:erasure")
def _() -> Asked:
    officer = make.make_user(Role.PRIVACY_OFFICER).actor
    erased = audit.erase_subject(withdrawn().owner.pseudonym, officer, "The owner asked for it.")
    return officers("privacy.erasure_certified", "rights:erasure", erased.pk)


@case("rights:plan_erasure")
def _() -> Asked:
    return officers("erasure.planned", "rights:plan_erasure", query=f"?q={withdrawn().public_id}")


def erasure() -> tuple[Erasure, str]:
    """One that is done, with the token of the receipt."""
    clip = make.make_ready_clip()
    scope = Scope(ScopeKind.CLIP, str(clip.public_id))
    found = rights.request_erasure(scope, receipts.owner_of(clip), ErasureCause.OWNER_ASKED)
    rights.erase(found.pk)
    return found, receipts.token_for(clip)


@case("rights:erasure_certificate")
def _() -> Asked:
    return officers("erasure.certificate_served", "rights:erasure_certificate", erasure()[0].pk)


@case("rights:erasure_certificate_file")
def _() -> Asked:
    found, _ = erasure()
    own_sequencer().once()
    return officers("erasure.certificate_served", "rights:erasure_certificate_file", found.pk)


@case("rights:receipt_erase")
def _() -> Asked:
    path = reverse("rights:receipt_erase", args=[receipts.token_for(make.make_clip())])
    return Asked(None, "erasure.planned", path)


@case("rights:receipt_certificate")
def _() -> Asked:
    path = reverse("rights:receipt_certificate", args=[erasure()[1]])
    return Asked(None, "erasure.certificate_served", path)


@case("rights:receipt_certificate_file")
def _() -> Asked:
    _, token = erasure()
    own_sequencer().once()
    path = reverse("rights:receipt_certificate_file", args=[token])
    return Asked(None, "erasure.certificate_served", path)


@case("rights:link_receipt")
def _() -> Asked:
    return officers(
        "privacy.receipt_linked", "rights:link_receipt", make.make_clip().public_id, method="POST"
    )


@case("rights:renew_receipt")
def _() -> Asked:
    return officers(
        "privacy.receipt_renewed", "rights:renew_receipt", make.make_clip().public_id, method="POST"
    )


@case("rights:receipt")
def _() -> Asked:
    return Asked(None, "privacy.receipt_served", receipts.path_for(make.make_clip()))


def opened() -> AccessRequest:
    officer = make.make_user(Role.PRIVACY_OFFICER).actor
    owner = make.make_accepted().assignment.clip.owner.pseudonym
    request = rights.open_request(owner, clock.now(), "By letter.", officer)
    return make.make_compiled(request.pk, officer)


@case("rights:access_request")
def _() -> Asked:
    return officers("access_request.read", "rights:access_request", opened().pk)


@case("rights:legal_hold")
def _() -> Asked:
    scope = Scope("clip", str(make.make_clip().public_id))
    return officers("legal_hold.read", "rights:legal_hold", make.make_legal_hold(scope).pk)


@case("rights:access_answer")
def _() -> Asked:
    return officers("access_request.answer_served", "rights:access_answer", opened().pk)


@case("rights:access_answer_file")
def _() -> Asked:
    return officers("access_request.answer_served", "rights:access_answer_file", opened().pk)


@case("rights:access_answer_archive")
def _() -> Asked:
    return officers("access_request.answer_served", "rights:access_answer_archive", opened().pk)


@case("oversight:download_log")
def _() -> Asked:
    run = oversight.request_log_work(LogWork.EXPORT, make.make_user(Role.PRIVACY_OFFICER).actor)
    oversight.run_log_work(run.pk)
    return officers("audit.export_served", "oversight:download_log", run.pk)


@case("oversight:prove_entry")
def _() -> Asked:
    make.make_user()
    own_sequencer().once()
    entry = LogEntry.objects.order_by("id")[0].pk
    return officers("audit.proven", "oversight:prove_entry", method="POST", data={"entry": str(entry)})
