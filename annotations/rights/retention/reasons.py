"""Retention in words: what a state is kept for, why so long, and what people read who own or handle a clip."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, ngettext

from annotations.rights.retention.enums import KeptState

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

# What else ends by a clock, with who holds it: shown on the register, and changed where it is set.
OTHERS: tuple[tuple[Promise, Promise, Promise], ...] = (
    (
        _("Unredacted copies for break-glass access"),
        _("Minutes: with the approval, at once when somebody closes it"),
        _("Seeing an original is allowed for a moment, so its copy lasts no longer."),
    ),
    (
        _("Fingerprints of content that was upheld as inappropriate"),
        _("Days after the decision, as the site sets them (KNOWN_CONTENT_DAYS)"),
        _("So that it is recognised when it comes again. A fingerprint shows no picture."),
    ),
    (
        _("Compiled answers to access requests"),
        _("90 days after the request was closed"),
        _("So that an answer can be sent once more."),
    ),
    (
        _("Entries of the log"),
        _("For ever, by pseudonyms only"),
        _("Who saw what must be provable. What people wrote is encrypted and erased with whom it concerns."),
    ),
)


def because(state: str, days: int) -> str:
    """Why something ends, as the end of a sentence."""
    count = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    texts = {
        KeptState.NEVER_LABELED: _("because nobody labeled it within %(count)s"),
        KeptState.LABELED: _("%(count)s after it was labeled"),
        KeptState.UPHELD: _("%(count)s after it was found inappropriate"),
        KeptState.WITHDRAWN: _("%(count)s after the consent was withdrawn"),
        KeptState.EXPIRED: _("%(count)s after the end of the consent"),
        KeptState.HELD: _("because it could not be made fit to be seen within %(count)s"),
    }
    return str(texts[KeptState(state)] % {"count": count})
