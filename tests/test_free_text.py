"""What people write about a clip or a person stands in the log's details, under its subject's key, and nowhere else.

Every column that could hold such words is listed here with the reason why it does not, or why it may.
"""

import pytest
from django.apps import apps
from django.db import models

from tests.test_architecture import CONTEXTS

pytestmark = pytest.mark.once

CODES = "a pseudonym, a code, a digest, an id or a key that the program writes"
MADE_BY_PROGRAMS = "numbers and codes that a program found; nobody types into it"
NUMBERS = "numbers, whoever states them: nothing else is taken"
SAID_BY_PROGRAMS = "a sentence that a program says, from a fixed choice, without what people typed"
NAMES = "how the camera's back end calls it; it goes with the clip's own data, and no entry repeats it"
STAFF = "the name of an account, which its holder has while they work here"
OF_THE_SITE = "says what a project, a data set or a list is for; about no clip and no person"
OF_OFFICERS = "how an officer calls filters of the log; they rename and delete it themselves"
LABELS = "labels, which go where the clip's labels go; the note among them is the reviewer's own words"

LISTED = {
    CODES: """
        core.Outbox: type payload cause
        audit.LogEntry: action actor actor_role subject purpose request
        audit.EntryDetail: subject
        audit.Checkpoint: note
        audit.Cosignature: witness line
        audit.KeyChange: vkey changed_by
        audit.Epoch: lost declaration declared_by agreed_by
        audit.JournalLine: digest
        outgoing.OutgoingMessage: target template facts key_id failure_code
        audit.Series: key
        accounts.User: password pseudonym country languages time_zone
        accounts.ApiKey: prefix digest scopes networks used_from
        accounts.Session: session_key session_data network
        accounts.SignInLink: digest
        accounts.ThrottleCount: key
        accounts.AccountProposal: asked_by decided_by
        single_sign_on.ProviderDocument: issuer configuration keys
        single_sign_on.Identity: issuer subject
        single_sign_on.Exchange: code verifier redirect_uri token
        single_sign_on.ProviderSession: sid
        single_sign_on.SpentLogoutToken: digest
        accounts.RecoveryCode: digest
        clips.Owner: pseudonym lookup
        clips.Device: pseudonym lookup
        clips.Consent: notice_version
        clips.Clip: content_lookup container codec
        clips.Original: name key_id
        clips.CameraVersion: aspect set_by
        clips.Hold: placed_by released_by
        redaction.RedactionRun: stage failure_code effect
        redaction.HiddenTrack: source
        redaction.Rendition: name sha256
        redaction.TrainingExample: name key_id
        redaction.HidingChoice: chosen_by
        moderation.Screening: policy
        moderation.Flag: raised_by decided_by
        moderation.HashList: sha256 uploaded_by removed_by
        review.Assignment: left_reason
        review.Annotation: sha256
        review.Adjudication: decided_by
        datasets.Dataset: filters created_by
        moderation.Recheck: stage failure_code
        datasets.Release: stage failure_code filters requested_by manifest_sha256 left_out
        datasets.Release: formerly
        datasets.ReleaseItem: commitment
        datasets.DeletionRequest: person confirmed_by
        datasets.Exclusion: reasons
        datasets.Mark: reason
        datasets.ExportFile: format name sha256
        datasets.Download: by
        oversight.AlertRule: values changed_by
        oversight.Alert: key series actor actor_role subject entries taken_by resolved_by
        oversight.AwaitedScope: key actor
        oversight.ViewingTally: actor
        break_glass.BreakGlassAccess: passes name key_id
        break_glass.CleanCopyRun: stage failure_code
        oversight.LogRun: stage failure_code requested_by requested_role name sha256
        rights.AccessRequest: subject opened_by sha256 reviewed_by closed_by
        oversight.SavedSearch: owner filters
        rights.AnswerRun: stage failure_code asked_by asked_role
        rights.Erasure: stage failure_code target owner asked_by asked_role clips subjects plan done files keys
        rights.Erasure: planned_files
        rights.RetentionRule: asked_by decided_by
        rights.LegalHold: target owner asked_by first_officer second_officer
        audit.Verification: by
    """,
    MADE_BY_PROGRAMS: """
        clips.Clip: facts
        clips.Device: seen_turns
        redaction.RedactionRun: missed_regions findings residual unredacted times frame_map light fingerprint
        redaction.RedactionRun: camera
        redaction.RedactionRun: models_used seconds
        redaction.HiddenTrack: boxes
        redaction.Rendition: presentation_times
        redaction.Unredaction: boxes
        moderation.Finding: model label box
        moderation.Flag: evidence
        datasets.ReleaseItem: manifest
    """,
    NUMBERS: """
        audit.Series: ranges
        clips.CameraVersion: zones
    """,
    SAID_BY_PROGRAMS: """
        audit.Verification: problems
        redaction.RedactionRun: failure_message whole_because
        moderation.Recheck: failure_message
        datasets.Release: failure_message
        break_glass.CleanCopyRun: failure_message
        oversight.LogRun: failure_message outcome
        rights.AnswerRun: failure_message
        rights.Erasure: failure_message findings certificate
    """,
    NAMES: """
        clips.Submission: idempotency_key
    """,
    STAFF: """
        accounts.User: username display_name
        accounts.Factor: name
        accounts.ApiKey: name
    """,
    OF_THE_SITE: """
        moderation.HashList: name source purpose
        review.Project: name instructions
        review.LabelSchema: labels
        datasets.Dataset: name description
        rights.RetentionRule: reason
    """,
    OF_OFFICERS: "oversight.SavedSearch: name",
    LABELS: """
        review.Annotation: body
    """,
}


def listed() -> list[str]:
    found = []
    for text in LISTED.values():
        for line in filter(None, map(str.strip, text.splitlines())):
            model, _, names = line.partition(": ")
            found += [f"{model}.{name}" for name in names.split()]
    return found


def test_every_column_that_could_hold_what_people_write_is_listed_with_its_reason() -> None:
    text = (models.CharField, models.TextField, models.JSONField)
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in CONTEXTS
        for field in model._meta.local_fields
        if isinstance(field, text) and not field.choices
    }
    assert columns - set(listed()) == set(), "put these words into an entry's detail, or list the column"
    assert set(listed()) - columns == set(), "these are listed and not there any more"
    assert len(listed()) == len(set(listed())), "a column is listed twice"
