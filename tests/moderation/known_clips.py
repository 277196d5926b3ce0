"""Clips with fingerprints that are made up, lists of known content, and discarded clips."""

import datetime
from typing import Any

import numpy as np

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.clips import services as clips
from annotations.clips.enums import HoldReason
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.moderation import services
from annotations.moderation.models import Flag, HashList, Screening
from annotations.redaction.models import RedactionRun
from tests.factories import make_clip, make_rendition

OFFICER = Actor("p-officer2", Role.PRIVACY_OFFICER)
LEAD = Actor("p-lead2222", Role.LEAD)
random = np.random.default_rng(11)


def hashes(count: int) -> list[str]:
    return [random.bytes(32).hex() for _ in range(count)]


def altered(some: list[str], bits: int = 12) -> list[str]:
    return [
        (int(text, 16) ^ sum(1 << int(bit) for bit in random.choice(256, bits, replace=False)))
        .to_bytes(32, "big")
        .hex()
        for text in some
    ]


def redacted(
    some: list[str], quality: int = 100, clip: Clip | None = None, uncropped: list[str] | None = None
) -> RedactionRun:
    """A pass that made this fingerprint and waits for its screening; without `uncropped`, a pass of before."""
    clip = clip or make_clip()
    run = make_rendition(clip).run
    Screening.objects.filter(run=run).delete()
    made = {"step": 0.25, "hashes": some, "qualities": [quality] * len(some)} if some else {}
    if uncropped:
        made["uncropped"] = uncropped
    RedactionRun.objects.filter(pk=run.pk).update(fingerprint=made)
    clips.place(clip, HoldReason.AWAITING_SCREENING, WORKER)
    return run


def screened(some: list[str], quality: int = 100) -> Clip:
    run = redacted(some, quality)
    services.screen(run.pk)
    return run.clip


def screened_crop(some: list[str]) -> Clip:
    """A crop of a clip with these hashes: it is like them by the second of three cuts that may have been made."""
    cuts = zip(hashes(len(some)), altered(some, 40), hashes(len(some)), strict=True)
    run = redacted(hashes(len(some)), uncropped=[text for by_sample in cuts for text in by_sample])
    services.screen(run.pk)
    return run.clip


def discard(clip: Clip, category: str = "violence") -> Flag:
    raised = services.flag(clip, category, LEAD)
    return services.decide(raised.pk, "uphold", "Nobody should see it.", LEAD)


def add(some: list[str], **fields: Any) -> HashList:
    description = services.Description(
        **{
            "name": "Clearing house",
            "source": "somebody",
            "purpose": "keep it away from people",
            "category": "sexual",
            "kept_until": clock.now() + datetime.timedelta(days=30),
            **fields,
        }
    )
    content = "\n".join(some).encode()
    with memory_file("list") as file:
        file.write(content)
        file.seek(0)
        return services.add_list(description, file, len(content), OFFICER)
