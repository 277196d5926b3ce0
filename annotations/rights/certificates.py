"""The certificate of an erasure: a document whose digest is on the log, with the proof that it is there."""

import hashlib
import json
from typing import Any

from annotations.accounts.people import people_by_pseudonym
from annotations.audit.canonical import canonical, timestamp
from annotations.audit.export.log_export import key_policy
from annotations.audit.models import LogEntry
from annotations.audit.offline.verify_log import CERTIFICATE as FORMAT
from annotations.clips.log import REFUSED
from annotations.clips.models import Clip
from annotations.datasets import selectors as datasets
from annotations.moderation import known
from annotations.rights import inventory
from annotations.rights.enums import Effect, ErasureCause
from annotations.rights.models import Erasure
from annotations.rights.reception import BEING_ERASED
from annotations.rights.scopes import Reach

_ASKED_BY = {
    ErasureCause.OWNER_ASKED: "the owner",
    ErasureCause.OFFICER: "a privacy officer",
    ErasureCause.RETENTION: "the site, as the time was over",
}


def document(erasure: Erasure) -> dict[str, Any]:
    """What is certified, in whole numbers and text. Never a name or pseudonym of anybody who works here."""
    clips = tuple(Clip.objects.select_related("owner").filter(public_id__in=erasure.clips).order_by("pk"))
    return {
        "format": FORMAT,
        "erasure": str(erasure.pk),
        "kind": erasure.kind,
        "target": erasure.target,
        "owner": erasure.owner,
        "because": _ASKED_BY[ErasureCause(erasure.cause)],
        "asked": timestamp(erasure.created_at),
        "clips": erasure.clips,
        "stores": _stores(erasure, clips),
        "kept": _kept(clips),
        "recipients": _recipients(clips),
        "refused_meanwhile": refused_meanwhile(erasure),
        "keys": erasure.keys,
        "files": erasure.files_deleted,
        "checked": timestamp(erasure.checked_at) if erasure.checked_at else "",
        "verified": "yes" if erasure.verified else "no",
        "findings": erasure.findings,
    }


def refused_meanwhile(erasure: Erasure) -> int:
    """How many clips came while the camera or owner was being erased, and were refused: nothing of them was stored."""
    refused = LogEntry.objects.filter(
        action=REFUSED.code, subject=erasure.owner, occurred_at__gte=erasure.created_at
    )
    told = (json.loads(bytes(entry.canonical))["data"]["code"] for entry in refused)
    return sum(code == BEING_ERASED for code in told)


def as_file(certificate: dict[str, Any], proof: str) -> str:
    """The document with the proof that its digest is on the log (`audit.export.log_export.prove`), and the keys by
    which that is checked: JSON for `verify_log.py verify-certificate`."""
    whole = {"format": FORMAT, "document": certificate, "policy": key_policy(), "proof": proof}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def digest(certificate: dict[str, Any]) -> str:
    """SHA-256 of the document as canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(canonical(certificate)).hexdigest()


def entry_of(erasure: Erasure) -> LogEntry | None:
    """The entry that certifies it."""
    return LogEntry.objects.filter(pk=erasure.certified_by).first() if erasure.certified_by else None


def _stores(erasure: Erasure, clips: tuple[Clip, ...]) -> list[dict[str, Any]]:
    """Each store: what was there, what happened to it, and why where it stays."""
    covered = Reach(clips[0].owner, clips) if clips else None
    found = []
    for store in inventory.STORES:
        effect = store.effect_of(erasure.kind)
        stays = effect == Effect.STAYS
        there = erasure.held(store.code, store.count(covered) if covered and stays else 0)
        why = str(store.why) if stays or effect == Effect.TOMBSTONE else ""
        found.append(
            {
                "store": store.code,
                "title": str(store.title),
                "there": there,
                "outcome": str(effect),
                "why": why,
            }
        )
    return found


def _recipients(clips: tuple[Clip, ...]) -> list[dict[str, str]]:
    """Who fetched a copy before, by role and country, and what they said when asked to delete it (Art. 19)."""
    found = [(clip, each) for clip in clips for each in datasets.recipients(clip)]
    people = people_by_pseudonym({each.person for _, each in found})
    return [
        {
            "clip": str(clip.public_id),
            "training_set": str(each.release),
            "who": "an engineer who works here",
            "country": people[each.person].country,
            "fetched": timestamp(each.last_download),
            "asked": timestamp(each.request.asked_at) if each.request else "",
            "answered": timestamp(each.request.confirmed_at)
            if each.request and each.request.confirmed_at
            else "",
            "answer": each.request.statement if each.request else "",
        }
        for clip, each in found
    ]


def _kept(clips: tuple[Clip, ...]) -> list[dict[str, str]]:
    """The fingerprints that outlive their clips, each with its purpose and its end."""
    ends = ((clip, known.remembered_until(clip)) for clip in clips)
    return [
        {
            "what": "fingerprint of discarded content",
            "clip": str(clip.public_id),
            "purpose": "to recognise content that a person found inappropriate when it comes again",
            "until": timestamp(end),
        }
        for clip, end in ends
        if end
    ]
