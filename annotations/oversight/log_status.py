"""How the log stands, in plain language. Pure."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from annotations.audit.integrity.status import Integrity

# A verification that is older says little about today.
FRESH = datetime.timedelta(days=7)
# A witness that has been silent for so long does not watch any more.
SILENT = datetime.timedelta(days=1)


@dataclass(frozen=True)
class LogStatus:
    """`tone` of the style sheet, `word` for the badge, `title` and `advice` for the page."""

    tone: str
    word: str
    title: str
    advice: str


def log_status(integrity: Integrity, *, may_work: bool) -> LogStatus:
    """The worst of what there is to say. `may_work` says whether the reader may verify the log and show it."""
    verify = (
        _("Verify it now; it takes seconds to minutes and disturbs nobody.")
        if may_work
        else _("Ask a privacy officer to verify it; it disturbs nobody.")
    )
    last = integrity.verification
    if last is not None and not last.ok:
        return LogStatus(
            "bad",
            _("Log not whole"),
            _("The last verification found that the log was changed."),
            _(
                "Do not repair anything. Export the log, keep the export outside of this site, tell the operator and "
                "whoever answers for security, and have a witness compare its own copy. What was found is listed below."
            ),
        )
    if integrity.contradicting:
        return LogStatus(
            "bad",
            _("A witness contradicts"),
            _("A witness has seen another past of this log: %(names)s.")
            % {"names": ", ".join(integrity.contradicting)},
            _(
                "Either this log was rewritten or set back, or somebody else signs with its key. Do not repair "
                "anything. Export the log, keep the export outside of this site, and compare it with what the "
                "witness holds."
            ),
        )
    if integrity.stalled:
        return LogStatus(
            "bad",
            _("Log not sealed"),
            _("Entries wait for their seal, and none is given."),
            _(
                "Tell an operator that the sequencer does not work. Nothing is lost: the entries are there, unsealed."
            ),
        )
    if last is None:
        return LogStatus(
            "warn",
            _("Log never verified"),
            _("Nobody has verified the log yet."),
            verify,
        )
    age = integrity.verification_age
    if age is not None and age > FRESH:
        return LogStatus(
            "warn",
            _("Log not verified lately"),
            _("The log was whole when it was last verified, which is over a week ago."),
            verify,
        )
    if integrity.behind:
        return LogStatus(
            "warn",
            _("A witness is behind a restore"),
            _("The log is whole, but a witness has seen what a restore lost, and waits: %(names)s.")
            % {"names": ", ".join(integrity.behind)},
            _(
                "Give its keeper the declaration of the epoch, below, and say what happened. Once they have accepted "
                "it, show the log to the witnesses."
            ),
        )
    if any(witness.age > SILENT for witness in integrity.witnesses):
        return LogStatus(
            "warn",
            _("A witness is silent"),
            _("The log is whole, but a witness has not seen it for over a day."),
            _("Show it to the witnesses now. If one stays silent, ask the organisation that runs it.")
            if may_work
            else _("Ask a privacy officer to show it to the witnesses."),
        )
    if integrity.epochs:
        return LogStatus(
            "ok",
            _("Log whole"),
            _("The log is whole but for what a restore lost, which two officers declared."),
            _(
                "What was lost is listed below, for ever. The export says it too, and its verifier ends with a code of "
                "its own."
            ),
        )
    return LogStatus(
        "ok",
        _("Log whole"),
        _("The log is whole: every entry is what was sealed, and nothing is missing."),
        _("To convince somebody who does not trust this site, give them the export and the verifier in it."),
    )
