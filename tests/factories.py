"""Things that tests need, made through the product's own services where these exist."""

import datetime
import hashlib
import io
import itertools
import json
import secrets
import uuid
import zipfile
from functools import cache
from typing import Any

import av
import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from annotations.accounts import services as accounts
from annotations.accounts.enums import ProposalState, Role
from annotations.accounts.models import AccountProposal, User
from annotations.audit.actors import COMMAND_LINE, Actor
from annotations.audit.models import Pending, TreeLeaf
from annotations.audit.sealed import seal
from annotations.break_glass import services as break_glass
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import lookups, vault
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Consent, Device, Hold, Original, Owner, Submission
from annotations.clips.references import known_device, known_owner, references_of
from annotations.clips.rules import ConsentTerms
from annotations.core import clock, ids
from annotations.core.models import RunState
from annotations.moderation.models import Screening
from annotations.redaction.enums import HeldBecause, UnverifiedState
from annotations.redaction.models import (
    HiddenTrack,
    Outcome,
    RedactionRun,
    Rendition,
    TrainingExample,
    Unredaction,
)
from annotations.review import services as review
from annotations.review.models import Annotation, Assignment, Project
from annotations.review.schema import HOME_THREAT_DETECTION
from annotations.rights import services as rights
from annotations.rights.models import AccessRequest, LegalHold
from annotations.rights.scopes import Scope
from annotations.single_sign_on.models import Identity
from tests.accounts.authenticators import add_app

PASSWORD = "correct horse battery staple"
WIDTH, HEIGHT, RATE, FRAMES = 96, 64, 10, 30
_numbers = itertools.count(1)


def make_user(role: str = Role.CONTRACTOR, **fields: Any) -> User:
    """An account that can sign in with PASSWORD, of somebody who may be given a clip."""
    username = fields.pop("username", f"{role}-{next(_numbers)}")
    today = clock.now().date()
    prepared = {"trained_on": today, "statement_on": today, **fields}
    return accounts.create_user(COMMAND_LINE, username, PASSWORD, role, **prepared)


def make_identity(user: User | None = None, issuer: str = "") -> Identity:
    """Somebody whom the sign-in provider knows."""
    user = user or make_user(Role.OPERATOR, by_provider=True)
    return Identity.objects.create(user=user, issuer=issuer, subject=f"subject-{next(_numbers)}")


def make_proposal(operator: User | None = None, role: str = Role.CONTRACTOR) -> AccountProposal:
    """Somebody whom an operator wants to invite into a role that sees content."""
    operator = operator or make_user(Role.OPERATOR)
    description = accounts.Description("Somebody new", "RO", "ro, en")
    user, _ = accounts.invite(
        f"new-{next(_numbers)}", role, description, "We need more people.", operator.actor
    )
    return AccountProposal.objects.get(user=user)


def make_loss(operator: User, user: User | None = None) -> AccountProposal:
    """Somebody who has lost their second factors, which an operator wants to take away."""
    user = user or make_user()
    add_app(user)
    accounts.propose_loss(user.pk, "She lost her phone and the codes.", operator.actor)
    return AccountProposal.objects.get(user=user, state=ProposalState.WAITING)


def make_submitter(**fields: Any) -> User:
    """A service account; `accounts.services.create_key` makes its key."""
    return accounts.create_user(COMMAND_LINE, f"submitter-{next(_numbers)}", None, Role.SUBMITTER, **fields)


def make_terms(*, training: bool = True, troubleshooting: bool = True, days: int = 30) -> ConsentTerms:
    now = clock.now()
    return ConsentTerms("2026-01", troubleshooting, training, now, now + datetime.timedelta(days=days))


def make_clip(
    *, submitter: User | None = None, held: bool = False, training: bool = True, **fields: Any
) -> Clip:
    """A clip's row without an original. `held` leaves it as intake does: waiting for redaction and screening."""
    submitter = submitter or make_submitter()
    owner = fields.pop("owner", None)
    owner = owner or known_owner(submitter, f"household-{next(_numbers)}")
    terms = make_terms(training=training)
    sha256 = fields.pop("sha256", None) or secrets.token_hex(32)
    clip = Clip(
        submitter=submitter,
        submission=Submission.objects.create(submitter=submitter),
        owner=owner,
        device=known_device(owner, f"camera-{next(_numbers)}"),
        consent=Consent.objects.create(
            notice_version=terms.notice_version,
            troubleshooting=terms.troubleshooting,
            training=terms.training,
            granted_at=terms.granted_at,
            until=terms.until,
        ),
        **{
            "content_lookup": lookups.of_content(sha256)[0],
            "bytes": 1000,
            "container": "mov,mp4",
            "codec": "h264",
            "width": WIDTH,
            "height": HEIGHT,
            "frame_rate": float(RATE),
            "constant_rate": True,
            "frames": FRAMES,
            "duration": FRAMES / RATE,
            **fields,
        },
    )
    with transaction.atomic():
        clip.sealed_digest = seal(clip.subject, sha256)
        clip.save(force_insert=True)
    if held:
        for reason in (HoldReason.AWAITING_REDACTION, HoldReason.AWAITING_SCREENING):
            Hold.objects.create(clip=clip, reason=reason, placed_by="test")
    return clip


def reference_of(thing: Owner | Device | None) -> str:
    """What the submitter calls an owner or a device."""
    assert thing is not None
    return references_of([thing])[thing.pk]


def make_unverified(clip: Clip | None = None, **fields: Any) -> RedactionRun:
    """The last pass of a held clip: a model saw a head on frame 12 that is not hidden."""
    clip = clip or make_clip()
    Hold.objects.create(clip=clip, reason=HoldReason.REDACTION_UNVERIFIED, placed_by="test")
    seen = {"frame": 12, "box": [10.0, 10.0, 8.0, 8.0], "score": 0.81, "model": "second", "kind": "head"}
    return RedactionRun.objects.create(
        **{
            "clip": clip,
            "effect": "blur",
            "state": RunState.DONE,
            "outcome": Outcome.EXPOSED,
            "held_because": HeldBecause.EVIDENCE,
            "unverified": UnverifiedState.WAITING,
            "finished_at": clock.now(),
            "residual": {"checked_frames": 2, "exposed": [], "evidence": [seen], "unjudgeable": ""},
            "times": [number / RATE for number in range(FRAMES)],
            "models_used": [{"name": "first", "sha256": "ab" * 32, "role": "face"}],
            **fields,
        }
    )


def make_rendition(clip: Clip, **fields: Any) -> Rendition:
    """A verified and screened pass with its rendition, stored: a small playable MP4."""
    run = RedactionRun.objects.create(
        clip=clip, effect="blur", state=RunState.DONE, outcome=Outcome.VERIFIED, finished_at=clock.now()
    )
    Screening.objects.create(run=run, clip=clip, quarantined=False)
    content = small_video()
    name = storages["renditions"].save(f"{ids.random_id().hex}.mp4", ContentFile(content))
    return Rendition.objects.create(
        clip=clip,
        run=run,
        name=name,
        bytes=len(content),
        **{
            "sha256": hashlib.sha256(content).hexdigest(),
            "width": WIDTH,
            "height": HEIGHT,
            "frame_rate": float(RATE),
            "frames": FRAMES,
            "presentation_times": [n / RATE for n in range(FRAMES)],
            **fields,
        },
    )


def make_track(clip: Clip, **fields: Any) -> HiddenTrack:
    """A hidden face of the clip's current rendition, on its first ten frames."""
    run = Rendition.objects.get(clip=clip, current=True).run
    boxes = {str(frame): [20.0 + frame, 16.0, 12.0, 16.0] for frame in range(10)}
    return HiddenTrack.objects.create(
        run=run, **{"number": run.tracks.count() + 1, "score": 0.7, "boxes": boxes, "side": 13.9, **fields}
    )


def make_unredaction(clip: Clip, **fields: Any) -> Unredaction:
    """A request of some lead to show a region of the clip again."""
    track = make_track(clip)
    return Unredaction.objects.create(
        **{"clip": clip, "boxes": track.boxes, "frame": 5, **fields},
        asked_by=make_user(Role.LEAD),
    )


def make_training_example(clip: Clip) -> TrainingExample:
    """An archive of one grey frame with one drawn box, encrypted in the vault."""
    frame: dict[str, Any] = {"file": "000000.png", "frame": 0, "width": 32, "height": 32}
    frame["boxes"] = [{"box": [4, 4, 10, 12], "source": "drawn"}]
    _, data = cv2.imencode(".png", np.full((32, 32, 3), 90, np.uint8))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("000000.png", data.tobytes())
        written.writestr("manifest.json", json.dumps({"format": 1, "frames": [frame]}))
    name, key = vault.put(archive, "examples/")
    run = Rendition.objects.get(clip=clip, current=True).run
    return TrainingExample.objects.create(
        clip=clip,
        run=run,
        name=name,
        key_id=key.key_id,
        wrapped_key=vault.seal_key(clip, key),
        frames=1,
        faces=1,
    )


def make_original(clip: Clip) -> Original:
    """A small playable original in the vault; the clip's digest becomes that of its bytes."""
    content = small_video()
    name, key = vault.put(io.BytesIO(content))
    sha256 = hashlib.sha256(content).hexdigest()
    clip.sealed_digest, clip.content_lookup = seal(clip.subject, sha256), lookups.of_content(sha256)[0]
    clip.save(update_fields=["sealed_digest", "content_lookup"])
    return Original.objects.create(
        clip=clip, name=name, key_id=key.key_id, wrapped_key=vault.seal_key(clip, key)
    )


def make_break_glass_access(
    person: User | None = None, clip: Clip | None = None, *, copy: bool = True
) -> BreakGlassAccess:
    """A request to see a clip without redaction, approved by an officer; with its copy, unless told otherwise."""
    clip = clip or make_ready_clip()
    if not Original.objects.filter(clip=clip).exists():
        make_original(clip)
    asked = break_glass.ask(clip, "danger", "Somebody may lie on the floor.", person or make_user(Role.LEAD))
    officer = make_user(Role.PRIVACY_OFFICER)
    passes = [hold.reason for hold in clip.holds.filter(released_at=None)]
    access = break_glass.decide(asked.pk, "approve", "It is needed.", passes, officer)
    if copy:
        break_glass.make_clean_copy(access.pk)
        access.refresh_from_db()
    return access


def make_legal_hold(
    scope: Scope, first: User | None = None, second: User | None = None, *, days: int = 30
) -> LegalHold:
    """A legal hold that two officers placed."""
    first, second = first or make_user(Role.PRIVACY_OFFICER), second or make_user(Role.PRIVACY_OFFICER)
    until = clock.now() + datetime.timedelta(days=days)
    hold = rights.ask_for_legal_hold(scope, until, "Court order 12.", first.actor)
    return rights.decide_legal_hold(hold.pk, "agree", "It is as they say.", second.actor)


def make_compiled(request_id: uuid.UUID, actor: Actor) -> AccessRequest:
    """The request with its answer compiled afresh, as a worker does it."""
    run = rights.compile_request(request_id, actor)
    rights.compile_answer(run.pk)
    return AccessRequest.objects.get(pk=request_id)


def make_ready_clip(**fields: Any) -> Clip:
    """A clip that the gate lets through, with its rendition."""
    clip = make_clip(**fields)
    make_rendition(clip)
    return clip


@cache
def small_video(width: int = WIDTH, height: int = HEIGHT, frames: int = FRAMES) -> bytes:
    """A valid H.264 MP4 of a moving gradient, with no face in it."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=RATE, options={"bf": "0", "g": "15", "preset": "ultrafast"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        ramp = np.add.outer(np.arange(height), np.arange(width))
        for number in range(frames):
            grey = ((ramp + 4 * number) % 256).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.dstack([grey] * 3), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def make_project(**fields: Any) -> Project:
    """An active project with the default labels."""
    project = Project.objects.create(
        **{"name": f"Project {next(_numbers)}", "instructions": "Look.", **fields}
    )
    review.publish_schema(project, HOME_THREAT_DETECTION, COMMAND_LINE)
    return project


def make_queued_clip(**fields: Any) -> Clip:
    """A ready clip in the queue of every active project."""
    clip = make_ready_clip(**fields)
    review.enqueue(clip.pk)
    return clip


def make_assignment(reviewer: User, **fields: Any) -> Assignment:
    """A clip that the reviewer has just claimed; a project is made when there is none."""
    if not Project.objects.filter(active=True).exists():
        make_project()
    make_queued_clip(**fields)
    assignment = review.next_clip(reviewer)
    assert assignment is not None
    return assignment


def make_body(**fields: Any) -> dict[str, Any]:
    """Labels that fit the clips made here, under the default labels."""
    keyframes = [
        {"frame": 2, "box": [10.0, 5.0, 20.0, 30.0], "outside": False, "occluded": False},
        {"frame": 20, "box": [40.0, 5.0, 20.0, 30.0], "outside": True, "occluded": False},
    ]
    return {
        "verdict": "threat",
        "events": [{"id": "e1", "label": "person_arrives", "start": 2, "end": 12}],
        "tracks": [{"id": "t1", "label": "person", "keyframes": keyframes}],
        "note": "",
        **fields,
    }


def make_accepted(
    project: Project | None = None, *, body: dict[str, Any] | None = None, **fields: Any
) -> Annotation:
    """Labels of a new ready clip (made with `fields`) that a reviewer handed in and a lead accepted."""
    reviewer, lead = make_user(), make_user(Role.LEAD)
    project = project or make_project()
    clip = make_ready_clip(**fields)
    review.enqueue(clip.pk)
    assignment = review.next_clip(reviewer)
    assert assignment is not None
    assert (assignment.clip_id, assignment.project_id) == (clip.pk, project.pk)
    annotation = review.submit(reviewer, assignment.public_id, body or make_body())
    review.accept(assignment.task.public_id, annotation.pk, lead.actor)
    return annotation


def make_leaves() -> None:
    """Gives the entries of the log that wait their places in its tree, without a checkpoint."""
    first = TreeLeaf.objects.count()
    waiting = list(Pending.objects.order_by("entry").values_list("entry", flat=True))
    TreeLeaf.objects.bulk_create(
        TreeLeaf(index=first + n, entry=entry, hash=bytes(32)) for n, entry in enumerate(waiting)
    )
    Pending.objects.filter(entry__in=waiting).delete()
