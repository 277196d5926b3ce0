"""What is held of a household as such, besides its clips: how it and its cameras are called, words, holds, requests."""

import json
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from annotations.audit import selectors as audit
from annotations.audit.canonical import timestamp
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.selectors import Line
from annotations.clips.models import CameraVersion, Owner
from annotations.clips.references import references_of
from annotations.oversight.models import LogRun
from annotations.rights import log
from annotations.rights.answer.values import Record, moment
from annotations.rights.models import AccessRequest, Erasure, LegalHold
from annotations.rights.rules import KEEP_ANSWER
from annotations.rights.scopes import Reach

Records = Iterator[Record]

# Telling what a court or an authority wrote may be forbidden; that there is an order is told.
WITHHELD = frozenset(
    code
    for kind in (
        log.LEGAL_HOLD_ASKED,
        log.LEGAL_HOLD_AGREED,
        log.LEGAL_HOLD_REFUSED,
        log.LEGAL_HOLD_EXPIRED,
    )
    for code in kind.codes
)
# Digests, which are told with the clips.
_NO_WORDS = frozenset({"sha256"})


def households(reach: Reach) -> Records:
    named = references_of(reach.owners)
    for owner in reach.owners:
        if owner.pk in named:
            yield {"number": owner.pseudonym, "called": named[owner.pk], "by": submitter(owner)}


def submitter(owner: Owner) -> str:
    """Who sends the household's clips. A program is named: programs have no password. A person here is not."""
    is_program = owner.submitter_id is not None and not owner.submitter.has_usable_password()
    return str(owner.submitter) if is_program else _("us")


def cameras(reach: Reach) -> Records:
    """Each camera, and each version of what was stated of it."""
    named = references_of(reach.devices)
    for device in reach.devices:
        camera = {"number": device.pseudonym, "called": named.get(device.pk, "")}
        versions = list(CameraVersion.objects.filter(device=device).order_by("version"))
        if not versions:
            yield camera
        for version in versions:
            yield {
                **camera,
                "when": timestamp(version.set_at),
                "quarter_turns": version.quarter_turns,
                "aspect": version.aspect,
                "zones": [json.dumps(zone) for zone in version.zones],
            }


def words(subjects: Sequence[str]) -> Records:
    """What people wrote on the log under the keys of these subjects; also what is withheld, without its text."""
    told = EntryDetail.objects.filter(subject__in=subjects).values("entry")
    entries = LogEntry.objects.filter(pk__in=told).order_by("occurred_at", "id")
    for line in audit.present(list(entries)):
        detail = {name: text for name, text in (line.detail or {}).items() if name not in _NO_WORDS}
        if line.detail and not detail:
            continue
        withheld = line.entry.action in WITHHELD
        text = line.lost_detail or "; ".join(str(each) for each in detail.values())
        yield {
            "clip": str(line.entry.clip or ""),
            "when": timestamp(line.entry.occurred_at),
            "act": _act(line),
            "text": _("(not told: see “What we do not tell”)") if withheld else text,
        }


def _act(line: Line) -> str:
    """What kind of act it was; with its particulars where the kind alone says little."""
    title = lookup(line.entry.action).title
    return line.sentence if "…" in title else title


def words_about(reach: Reach) -> Records:
    """Those about the household and its cameras rather than one clip."""
    yield from words([reach.owner.pseudonym, *(device.pseudonym for device in reach.devices)])


def withheld_words(reach: Reach) -> int:
    """How many texts are not told, for `WITHHELD`."""
    entries = LogEntry.objects.filter(subject=reach.owner.pseudonym, action__in=WITHHELD)
    return EntryDetail.objects.filter(entry__in=entries.values("pk")).count()


def legal_holds(reach: Reach) -> Records:
    for hold in LegalHold.objects.filter(owner=reach.owner.pseudonym).order_by("asked_at", "pk"):
        yield {
            "what": str(hold.get_kind_display()),
            "number": hold.target,
            "state": str(hold.get_state_display()),
            "begun": moment(hold.placed_at),
            "until": timestamp(hold.until),
            "ended": moment(hold.ended_at),
        }


def erasures(reach: Reach) -> Records:
    for erasure in Erasure.objects.filter(owner=reach.owner.pseudonym).order_by("created_at", "pk"):
        yield {
            "what": str(erasure.get_kind_display()),
            "number": erasure.target,
            "because": str(erasure.get_cause_display()),
            "begun": timestamp(erasure.created_at),
            "ended": moment(erasure.finished_at),
            "certificate": str(erasure.certified_by or ""),
        }


def access_requests(reach: Reach) -> Records:
    found = AccessRequest.objects.filter(subject=reach.owner.pseudonym).defer("sealed")
    for request in found.order_by("received_at", "pk"):
        until = request.closed_at + KEEP_ANSWER if request.closed_at else None
        yield {
            "when": timestamp(request.received_at),
            "due": timestamp(request.due_at),
            "state": str(request.get_state_display()),
            "ended": moment(request.closed_at),
            "until": moment(until),
        }


def log_exports(reach: Reach) -> Records:
    """The export of the log that lies here, in which the entries about them are."""
    for run in LogRun.objects.exclude(name="").order_by("finished_at", "pk"):
        yield {"made": moment(run.finished_at), "bytes": run.bytes or 0}
