"""How an answer tells each store of the inventory: for how long it is kept and why, and where its values stand.

A test fails when a store has no section here, or a section no store.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from annotations.clips.models import Clip
from annotations.rights.answer import households, records
from annotations.rights.answer.values import Record
from annotations.rights.rules import KEEP_ANSWER
from annotations.rights.scopes import Reach


@dataclass(frozen=True)
class Section:
    """`kept` and `because` say for how long and why.

    Its values stand with each clip under `with_clips`, or are the records that `of_clips` and `of_household` give.
    Where it has neither, only how much there is is told; where that is not counted, `uncounted` says what it holds.
    """

    kept: str | Promise
    because: str | Promise
    with_clips: str = ""
    of_clips: Callable[[Sequence[Clip]], Iterable[Record]] | None = None
    of_household: Callable[[Reach], Iterable[Record]] | None = None
    uncounted: str | Promise = ""


def _known_content() -> str:
    days = settings.KNOWN_CONTENT_DAYS
    return ngettext(
        "%(days)d day from the decision on, until the day that stands with it",
        "%(days)d days from the decision on, until the day that stands with it",
        days,
    ) % {"days": days}


def _copies() -> str:
    minutes = settings.BREAK_GLASS_MINUTES
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _answers() -> str:
    return gettext("%(days)d days from the end of the request on") % {"days": KEEP_ANSWER.days}


_AS_THE_CLIP = _("as long as the clip: until when stands with each of them")
_MADE_OF_IT = _("It was made of the clip or for it, is of no use without it, and goes with it.")
_FOR_EVER = _("for ever, without your name")
_PROOF = _("So that it can be proven that the clips were used lawfully, by whom, and what became of them.")
_HOUSEHOLD = _("until you have your household erased, or the camera")


def _made_of_clips(
    of_clips: Callable[[Sequence[Clip]], Iterable[Record]] | None = None, with_clips: str = ""
) -> Section:
    return Section(_AS_THE_CLIP, _MADE_OF_IT, with_clips, of_clips)


SECTIONS: dict[str, Section] = {
    "answers": Section(
        lazy(_answers, str)(),
        _("So that an answer can be sent once more."),
        of_household=households.access_requests,
    ),
    "copies": Section(
        lazy(_copies, str)(),
        _("An original is seen for a moment only."),
        of_clips=records.break_glass_copies,
    ),
    "release_items": _made_of_clips(with_clips="training_sets"),
    "export_files": _made_of_clips(records.export_files),
    "exclusions": _made_of_clips(records.exclusions),
    "drafts": _made_of_clips(records.drafts),
    "labels": _made_of_clips(with_clips="labels"),
    "decisions": _made_of_clips(records.decisions),
    "assignments": _made_of_clips(records.assignments),
    "findings": _made_of_clips(records.findings),
    "flags": _made_of_clips(with_clips="flags"),
    "fingerprints": _made_of_clips(records.fingerprints),
    "renditions": _made_of_clips(records.renditions),
    "hidden_regions": _made_of_clips(records.hidden_regions),
    "runs": _made_of_clips(records.runs),
    "unredactions": _made_of_clips(records.unredactions),
    "training_examples": Section(
        _("as long as the clip, and as your consent to training"),
        _("To train the detector of faces with what it missed, and for nothing else."),
        of_clips=records.training_examples,
    ),
    "originals": Section(
        _("as the clip or shorter: until when stands with each of them"),
        _("To hide what people find later. It goes before the rest, or with it."),
        with_clips="original_held",
    ),
    "facts": Section(
        _AS_THE_CLIP,
        _(
            "The number of a clip, whose it was and when it came stay for ever, so that its erasure can be proven."
        ),
        with_clips="bytes",
    ),
    "cameras": Section(
        _HOUSEHOLD,
        _("To know the camera again by the name that its program gives it, and how it hangs."),
        of_household=households.cameras,
    ),
    "households": Section(
        _HOUSEHOLD,
        _("To know you again by the name that your cameras' program gives you."),
        of_household=households.households,
    ),
    "words": Section(
        _("as long as the clip, the camera or the household that they are about"),
        _("To know why something was done."),
        of_clips=lambda clips: households.words([clip.subject for clip in clips]),
        of_household=households.words_about,
    ),
    "discarded": Section(
        lazy(_known_content, str)(),
        _("So that content that a person found inappropriate is recognised when it comes again."),
        of_clips=records.discarded,
    ),
    "words_of_others": Section(
        _("as long as whom they concern first is known here"),
        _(
            "What people who work here wrote about their own acts concerns them as well: see “What we do not tell”."
        ),
    ),
    "legal_holds": Section(_FOR_EVER, _PROOF, of_household=households.legal_holds),
    "downloads": Section(_FOR_EVER, _PROOF, with_clips="handed_out"),
    "deletion_requests": Section(_FOR_EVER, _PROOF, of_clips=records.deletion_requests),
    "models": Section(
        _("we hold none: whoever trained one has it"),
        _("By the files that were fetched one can ask for them."),
    ),
    "consents": Section(_FOR_EVER, _PROOF, with_clips="consent"),
    "holds": Section(_FOR_EVER, _PROOF, with_clips="holds"),
    "accesses": Section(_FOR_EVER, _PROOF, of_clips=records.break_glass_accesses),
    "entries": Section(_FOR_EVER, _PROOF),
    "alerts": Section(_FOR_EVER, _PROOF, of_clips=records.alerts),
    "log_exports": Section(
        _("until the next export"),
        _("So that somebody else can verify the log. It holds the entries as they are, and no words."),
        of_household=households.log_exports,
    ),
    "journal": Section(
        _FOR_EVER,
        _("So that no backup brings back what was withdrawn or erased."),
        uncounted=_("what was withdrawn, erased and closed, by numbers and pseudonyms only"),
    ),
    "backups": Section(
        _("as many days as our operators have set"),
        _("To bring everything back after an accident."),
        uncounted=_("what is held of the other stores, as of the day of the backup"),
    ),
    "erasures": Section(_FOR_EVER, _PROOF, of_household=households.erasures),
    "messages": Section(
        _("a week at most"),
        _("To pass work on between our programs."),
        uncounted=_("numbers of clips only"),
    ),
    "receipt_links": Section(
        _FOR_EVER,
        _("So that a link to a receipt that has ended stays so."),
        of_clips=records.receipt_links,
    ),
    "outgoing_messages": Section(
        _("a month at most"),
        _("To tell people who run the site that something waits for them."),
        uncounted=_("codes, and pseudonyms of people who work here"),
    ),
    "program_logs": Section(
        _("as many days as our operators have set"),
        _("To find out why a program failed."),
        uncounted=_("numbers of clips and addresses of pages only"),
    ),
    "caches": Section(_("not at all"), _("Nothing of this kind is kept on our servers.")),
}
