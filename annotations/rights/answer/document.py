"""The answer as a whole: everything that the site holds about an owner, store by store, in plain language.

Never a name or pseudonym of anybody who works here. Whole numbers and text only, so that it can be sealed like a detail
of the log. `schema.json` describes it, docs/answer.md explains it.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from annotations.audit import log as audit_log
from annotations.audit.canonical import timestamp
from annotations.audit.erasures import details_of
from annotations.audit.models import LogEntry
from annotations.clips.models import Clip, Device, Owner
from annotations.rights import inventory
from annotations.rights.answer import clips as clip_chapters, footage
from annotations.rights.answer.households import withheld_words
from annotations.rights.answer.recipients import origin, recipients, transfers
from annotations.rights.answer.routing import routing, significance
from annotations.rights.answer.sections import SECTIONS, Section
from annotations.rights.answer.values import Record, normalised
from annotations.rights.answer.your_rights import your_rights
from annotations.rights.contacts import contacts
from annotations.rights.inventory import Store
from annotations.rights.retention.enums import KeptState
from annotations.rights.retention.reasons import PURPOSES, REASONS
from annotations.rights.retention.selectors import rules_in_force, versions_in_force
from annotations.rights.scopes import Reach

FORMAT = "clip-review/answer"
VERSION = 2
"""Of the layout. Answers of layout 1 have neither; pages read both."""

_AT_ONCE = 50
Progress = Callable[[int, int], None]


def _nobody_waits(done: int, total: int) -> None:
    """Progress that nobody is told of."""


def compile_answer(
    subject: str, moment: datetime.datetime, on_progress: Progress = _nobody_waits
) -> dict[str, Any]:
    """The answer to whoever has this pseudonym, as it stands at `moment`.

    `on_progress` is told how many clips of how many are through. Raises Unreachable.
    """
    reach = _reach(subject)
    chapters: list[dict[str, Any]] = []
    copied: dict[str, list[dict[str, Any]]] = {"clips": [], "left_out": []}
    told: dict[str, list[Record]] = {code: [] for code in SECTIONS}
    for some in _batches(reach.clips):
        chapters += clip_chapters.chapters(some)
        for name, found in footage.copies(some).items():
            copied[name] += found
        for code, section in SECTIONS.items():
            if section.of_clips:
                told[code] += section.of_clips(some)
        on_progress(len(chapters), len(reach.clips))
    for code, section in SECTIONS.items():
        if section.of_household:
            told[code] += section.of_household(reach)
    received, stated = recipients(chapters), contacts()
    answer = {
        "format": FORMAT,
        "version": VERSION,
        "about": subject,
        "compiled": timestamp(moment),
        "controller": {"name": stated.controller, "contact": stated.contact, "officer": stated.officer},
        "stores": [_store(store, reach, told[store.code], chapters) for store in inventory.STORES],
        "clips": chapters,
        "recipients": received,
        "transfers": transfers(received),
        "origin": origin(reach.clips),
        "routing": {"programs": routing(), "significance": significance()},
        "retention": _retention(),
        "rights": your_rights(),
        "withheld": _withheld(reach),
        "copies": copied,
        "log": _log(subject, reach),
    }
    whole: dict[str, Any] = normalised(answer)
    return whole


def _reach(subject: str) -> Reach:
    """The household with its cameras and clips; of a pseudonym that only the log knows, nothing."""
    owner = Owner.objects.filter(pseudonym=subject).select_related("submitter").first()
    if owner is None:
        return Reach(Owner(pseudonym=subject), ())
    clips = Clip.objects.filter(owner=owner).select_related("owner__submitter", "device", "consent")
    devices = Device.objects.filter(owner=owner).order_by("pk")
    return Reach(
        owner,
        tuple(clips.prefetch_related("holds").order_by("received_at", "pk")),
        tuple(devices),
        (owner,),
    )


def _batches(clips: Sequence[Clip]) -> Iterator[Sequence[Clip]]:
    for start in range(0, len(clips), _AT_ONCE):
        yield clips[start : start + _AT_ONCE]


def _store(store: Store, reach: Reach, told: list[Record], chapters: list[dict[str, Any]]) -> dict[str, Any]:
    section = SECTIONS[store.code]
    count = _count(store, section, reach, told, chapters)
    return {
        "store": store.code,
        "title": str(store.title),
        "count": count,
        "held": "not counted" if section.uncounted else "something" if count else "nothing",
        "holds": str(section.uncounted),
        "readers": [str(reader) for reader in store.readers],
        "kept": str(section.kept),
        "because": str(section.because),
        "when_erased": str(store.effect.label),
        "stays_because": str(store.why),
        "with_clips": section.with_clips,
        "records": told,
    }


def _count(
    store: Store, section: Section, reach: Reach, told: list[Record], chapters: list[dict[str, Any]]
) -> int:
    """How many things the store holds: what is told of it, or what the inventory counts where nothing is."""
    if section.of_clips or section.of_household:
        return len(told)
    values = [chapter[section.with_clips] for chapter in chapters] if section.with_clips else []
    lists = [value for value in values if isinstance(value, list)]
    return sum(map(len, lists)) if lists else store.count(reach)


def _retention() -> list[Record]:
    """The register of retention as it stands: for how long a clip in each state is kept, what for, and why so long."""
    rules, decided = rules_in_force(), versions_in_force()
    return [
        {
            "state": str(state.label),
            "original_days": rules[state].original,
            "everything_days": rules[state].rest,
            "purpose": str(PURPOSES[state]),
            "because": (decided[state].reason if state in decided else "") or str(REASONS[state]),
        }
        for state in KeptState
    ]


def _withheld(reach: Reach) -> list[Record]:
    """What is held and not told, each with the reason (Art. 12(4) and 15(4))."""
    found = (
        (
            _("Words of a legal order, and of those who asked for it and agreed"),
            withheld_words(reach),
            _("An order may forbid to tell them. That there is one, from when and until when, is told."),
        ),
        (
            _("What people who work here wrote about their own acts"),
            inventory.store_called("words_of_others").count(reach),
            _("It concerns them as well (GDPR, Art. 15(4)). Ask us, and we look at each of them."),
        ),
        (
            _("Originals as your cameras sent them"),
            inventory.store_called("originals").count(reach),
            _("They show other people as well (Art. 15(4)). Copies with faces hidden go with this letter."),
        ),
        (
            _("Names of people who work here"),
            0,
            _("You are told their role, their country, when, and what for."),
        ),
    )
    return [{"what": what, "count": count, "because": why} for what, count, why in found]


def _log(subject: str, reach: Reach) -> dict[str, Any]:
    """What the log holds about them, counted: its entries name no more than their pseudonym."""
    own = LogEntry.objects.filter(subject=subject)
    erased = own.filter(action=audit_log.SUBJECT_ERASED.code)
    return {
        "entries": inventory.store_called("entries").count(reach) or own.count(),
        "entries_with_words": details_of(subject),
        "erased": [timestamp(entry.occurred_at) for entry in erased.order_by("occurred_at")],
    }
