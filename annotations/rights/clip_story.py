"""What happened to a clip, as its owner reads it: no names, no codes."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _, gettext_lazy

from annotations.accounts.enums import Role
from annotations.accounts.people import people_by_pseudonym
from annotations.audit import selectors as audit
from annotations.clips.enums import HoldReason, Purpose
from annotations.clips.models import Clip, Consent
from annotations.core import clock
from annotations.datasets import selectors as datasets
from annotations.oversight.viewings import TOLD_BY, viewings
from annotations.review.selectors import accepted_annotations

_HOLDS = {
    HoldReason.ERASED: gettext_lazy("It was erased, so nobody can watch it and it is not used for anything."),
    HoldReason.WITHDRAWN: gettext_lazy(
        "You withdrew your consent, so nobody can watch it and it is not used for anything."
    ),
    HoldReason.EXPIRED: gettext_lazy(
        "Your consent has ended, so nobody can watch it and it is not used for anything."
    ),
    HoldReason.LEGAL: gettext_lazy("It is kept because of a legal order; nobody can watch it."),
    HoldReason.FLAGGED: gettext_lazy(
        "Somebody found it too private or inappropriate. It was taken out and is not used."
    ),
    HoldReason.QUARANTINED: gettext_lazy(
        "A program found that it may be too private. It was taken out before anybody could watch it, until a trained "
        "person has decided."
    ),
    HoldReason.REDACTION_FAILED: gettext_lazy("Faces in it could not be hidden, so nobody can watch it."),
    HoldReason.REDACTION_UNVERIFIED: gettext_lazy(
        "A face in it may still be visible, so nobody can watch it."
    ),
    HoldReason.AWAITING_REDACTION: gettext_lazy(
        "Faces in it are being hidden. Nobody can watch it before that is done."
    ),
    HoldReason.AWAITING_SCREENING: gettext_lazy(
        "It is being checked. Nobody can watch it before that is done."
    ),
}
_VIEWERS = {
    Role.CONTRACTOR: gettext_lazy("a reviewer"),
    Role.LEAD: gettext_lazy("a senior reviewer"),
}
_PURPOSES = {
    Purpose.LABELING: gettext_lazy("to note down what happens in it"),
    Purpose.MODERATION: gettext_lazy("to decide whether it is too private to be used"),
    Purpose.TRAINING: gettext_lazy("to train the detector"),
    Purpose.BREAK_GLASS: gettext_lazy("for a reason that a privacy officer looked at and approved"),
    Purpose.ACCESS: gettext_lazy("to give you the copy that you asked for"),
}


@dataclass(frozen=True)
class Watched:
    """Somebody watched the clip. `seconds` is what their browser claims, 0 when it said nothing; `fetched_ahead`: it
    was sent to their browser, and nothing tells that it was shown there.
    """

    who: str
    country: str
    when: datetime.datetime
    purpose: str
    seconds: float
    blurred: bool
    pictures: bool
    unredacted: bool
    fetched_ahead: bool


@dataclass(frozen=True)
class Story:
    """`withdrawable`: the consent still stands. `releases` counts the training sets that hold the clip, `downloads`
    how often one of them was handed out; `destroyed`: all of their files are.
    """

    state: str
    purposes: list[str]
    watched: list[Watched]
    releases: int
    downloads: int
    destroyed: bool
    withdrawable: bool


def story(clip: Clip) -> Story:
    return Story(
        state=state(clip, set(clip.holds.filter(released_at=None).values_list("reason", flat=True))),
        purposes=purposes(clip.consent),
        watched=watched(clip),
        releases=datasets.of_clip(clip).count(),
        downloads=datasets.downloads_with(clip).count(),
        destroyed=not datasets.files_with(clip).filter(destroyed_at=None).exists(),
        withdrawable=clip.consent.withdrawn_at is None,
    )


def purposes(consent: Consent) -> list[str]:
    """What the owner agreed to."""
    given = [(consent.troubleshooting, _("finding out why your camera raised an alarm"))]
    given.append((consent.training, _("training the program that tells real threats from false alarms")))
    return [text for agreed, text in given if agreed]


def state(clip: Clip, open_holds: Collection[str]) -> str:
    """How the clip stands now, in a sentence."""
    for reason, words in _HOLDS.items():
        if reason in open_holds:
            return str(words)
    if clip.consent.until <= clock.now():
        return str(_HOLDS[HoldReason.EXPIRED])
    if accepted_annotations().filter(assignment__clip=clip).exists():
        return _("What happens in it was noted down and checked.")
    return _("Faces in it are hidden. It waits for somebody to note down what happens in it.")


def watched(clip: Clip) -> list[Watched]:
    """Everybody who watched it, the first one first."""
    seen = [viewing for viewing in viewings(audit.of_clip(clip.public_id, TOLD_BY)) if viewing.delivered]
    known = people_by_pseudonym({viewing.actor for viewing in seen})
    return [
        Watched(
            who=str(_VIEWERS.get(viewing.role, _("one of our staff"))),  # type: ignore[call-overload]
            country=known[viewing.actor].country,
            when=viewing.began,
            purpose=str(_PURPOSES.get(viewing.purpose, viewing.purpose)),  # type: ignore[call-overload]
            seconds=viewing.seconds,
            blurred=viewing.blurred,
            pictures=viewing.pictures,
            unredacted=viewing.unredacted,
            fetched_ahead=viewing.fetched_ahead,
        )
        for viewing in seen
    ]
