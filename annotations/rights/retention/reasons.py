"""Retention in words: what a state is kept for, why so long, and what people read who own or handle a clip."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from annotations.rights.retention.enums import KeptState
from annotations.rights.rules import KEEP_ANSWER

# GDPR, Art. 30(1)(f) and 13(2)(a): the purposes for which a clip in this state is kept.
PURPOSES: dict[str, Promise] = {
    KeptState.NEVER_LABELED: _("To be labeled."),
    KeptState.LABELED: _("To train the detector, and to correct labels and hidden regions."),
    KeptState.UPHELD: _("To correct a wrong decision."),
    KeptState.WITHDRAWN: _("None: to carry the withdrawal out."),
    KeptState.EXPIRED: _("None: to let the owner agree again."),
    KeptState.HELD: _("To try again to make it fit to be seen."),
}

# Why the default is as long as it is. Beyond 72 hours each day needs a reason (EDPB 3/2019, 121).
REASONS: dict[str, Promise] = {
    KeptState.NEVER_LABELED: _(
        "The queue takes two weeks at most, and a clip that was returned or set aside as long again. What nobody has "
        "labeled in that time is not needed."
    ),
    KeptState.LABELED: _(
        "The original serves to hide what reviewers and leads find, which they do within two weeks. The redacted clip "
        "is frozen into releases and checked against the model that was trained, which takes a quarter."
    ),
    KeptState.UPHELD: _("A lead may be wrong: a week is there to notice. Nobody uses the clip meanwhile."),
    KeptState.WITHDRAWN: _(
        "Nothing may be done with it any more. A day lets work in flight end and downloads be called back."
    ),
    KeptState.EXPIRED: _(
        "An owner who is asked again answers within 72 hours; nobody sees the clip meanwhile."
    ),
    KeptState.HELD: _(
        "An operator or a lead has it tried again within two weeks. What cannot be made fit to be seen is not needed."
    ),
}


@dataclass(frozen=True)
class Clock:
    """Something else that ends by itself: what, when, and why then."""

    what: Promise
    time: str
    reason: Promise


def other_clocks() -> list[Clock]:
    """What the register tells besides the rules; it is changed in the site's settings, or not at all."""
    return [
        Clock(
            _("Unredacted copies for break-glass access"),
            ngettext("%(n)d minute", "%(n)d minutes", settings.BREAK_GLASS_MINUTES)
            % {"n": settings.BREAK_GLASS_MINUTES},
            _("Seeing an original is allowed for a moment, so its copy lasts no longer."),
        ),
        Clock(
            _("Fingerprints of content that was upheld as inappropriate"),
            _days(settings.KNOWN_CONTENT_DAYS),
            _("From the decision on, so that it is recognised when it comes again. It shows no picture."),
        ),
        Clock(
            _("Compiled answers to access requests"),
            _days(KEEP_ANSWER.days),
            _("From the end of the request on, so that an answer can be sent once more."),
        ),
        Clock(
            _("Entries of the log"),
            gettext("for ever, by pseudonyms only"),
            _(
                "Who saw what must be provable. What people wrote is encrypted and erased with whom it concerns."
            ),
        ),
    ]


def _days(count: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", count) % {"days": count}


def because(state: str, days: int) -> str:
    """Why something ends, as the end of a sentence."""
    texts = {
        KeptState.NEVER_LABELED: _("because nobody labeled it within %(count)s"),
        KeptState.LABELED: _("%(count)s after it was labeled"),
        KeptState.UPHELD: _("%(count)s after it was found inappropriate"),
        KeptState.WITHDRAWN: _("%(count)s after the consent was withdrawn"),
        KeptState.EXPIRED: _("%(count)s after the end of the consent"),
        KeptState.HELD: _("because it could not be made fit to be seen within %(count)s"),
    }
    return str(texts[KeptState(state)] % {"count": _days(days)})
