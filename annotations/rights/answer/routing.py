"""What programs do with a clip by themselves, in plain language (GDPR, Art. 15(1)(h) and 22)."""

from django.conf import settings
from django.utils.translation import gettext as _

from annotations.clips.intake import has_second_opinion
from annotations.moderation import policy
from annotations.rights.answer.values import Record


def routing() -> list[Record]:
    """Each program: what it does, by what, and what that means for whoever is in the clip."""
    return [_hiding(), _second_opinion(), _screening(), _known_content(), _queue(), _clocks()]


def significance() -> str:
    """Whether any of it is a decision in the sense of Art. 22(1)."""
    return _(
        "None of these programs decides about you. Each of them can keep a clip from being watched, or put it into an "
        "order; whether a clip is inappropriate, and what happens in it, people decide. The only thing that ends a "
        "clip without a person is the time after which it is erased."
    )


def _hiding() -> Record:
    return {
        "what": _("Hiding faces"),
        "how": _(
            "A program searches every picture for faces and for the heads of people, follows them through the clip, "
            "and fills them. Faces are found and not recognised: nobody is identified."
        ),
        "means": _("Nobody watches your clip before that is done. Where it fails, nobody watches it at all."),
    }


def _second_opinion() -> Record:
    there = has_second_opinion()
    return {
        "what": _("Second opinion"),
        "how": _(
            "Another program, made by somebody else, searches the result for faces and people that the first one "
            "overlooked."
        )
        if there
        else _("Here no second program is installed that searches for what the first one overlooked."),
        "means": _("When it finds one, the clip is held until a person has decided.")
        if there
        else _("What the first program overlooks is only found by the people who watch the clip."),
    }


def _screening() -> Record:
    least = round(100 * min(rule.threshold for rule in policy.RULES))
    return {
        "what": _("Screening"),
        "how": _(
            "Programs look at single pictures for nudity and other content that is too private, and give each finding "
            "a score. From {least} % on, by a table that says how often it must be seen, the clip is taken out "
            "(version {version} of the table)."
        ).format(least=least, version=policy.VERSION),
        "means": _(
            "Nobody watches it. A trained person decides, by a grey and blurred picture at first. A score never makes "
            "a clip visible."
        ),
    }


def _known_content() -> Record:
    return {
        "what": _("Known content"),
        "how": _(
            "Fingerprints of pictures are compared with those of clips that people found inappropriate in the last "
            "{days} days, and with lists of known content. A fingerprint shows no picture and says nothing of who is "
            "in it."
        ).format(days=settings.KNOWN_CONTENT_DAYS),
        "means": _("A clip that is recognised is taken out until a person has decided."),
    }


def _queue() -> Record:
    return {
        "what": _("Order of the queue"),
        "how": _(
            "Clips wait in the order in which they came; one that is given back waits anew. Each goes to whichever "
            "reviewer asks next, never twice to the same one."
        ),
        "means": _("How soon somebody watches it. What is in the clip plays no part."),
    }


def _clocks() -> Record:
    return {
        "what": _("Erasure in time"),
        "how": _(
            "Once an hour a program erases the clips whose time is over, by the days that this letter lists."
        ),
        "means": _("Your clip is gone, without anybody having decided about it."),
    }
