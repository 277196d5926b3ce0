"""The stores that stay as they are, each with the reason."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from annotations.audit import models as audit
from annotations.break_glass import models as break_glass
from annotations.clips import models as clips
from annotations.core import models as core
from annotations.datasets import models as datasets
from annotations.moderation import models as moderation
from annotations.outgoing import models as outgoing
from annotations.oversight import models as oversight
from annotations.rights import models as rights
from annotations.rights.enums import Effect
from annotations.rights.inventory.store import ENGINEERS, SITE, Store, flags_kept, remembered, rows_of
from annotations.rights.scopes import Reach


def _words_elsewhere(reach: Reach) -> int:
    """Words on entries about the clips that were encrypted under other subjects' keys, such as their owner's."""
    told = audit.LogEntry.objects.filter(clip__in=reach.public_ids).values("pk")
    found = audit.EntryDetail.objects.filter(entry__in=told)
    return found.exclude(subject__in=reach.subjects).count()


def _entries(reach: Reach) -> int:
    named = [device.pseudonym for device in reach.devices] + [owner.pseudonym for owner in reach.owners]
    return audit.LogEntry.objects.filter(Q(clip__in=reach.public_ids) | Q(subject__in=named)).count()


def _legal_holds(reach: Reach) -> int:
    named = [str(clip) for clip in reach.public_ids]
    named += [device.pseudonym for device in reach.devices] + [owner.pseudonym for owner in reach.owners]
    return rights.LegalHold.objects.filter(target__in=named).count()


def _alerts(reach: Reach) -> int:
    return oversight.Alert.objects.filter(clip__in=reach.public_ids).count()


def _none(reach: Reach) -> int:
    return 0


STAYING: tuple[Store, ...] = (
    Store(
        "discarded",
        _("Fingerprints of discarded content, and the flags that were upheld"),
        Effect.STAYS,
        lambda reach: len(remembered(reach)) + flags_kept(reach),
        why=_(
            "So that content that a person found inappropriate is recognised when it comes again. A fingerprint shows "
            "no picture. It is deleted on the day that is named."
        ),
        models=(moderation.Fingerprint, moderation.Flag),
        readers=SITE,
    ),
    Store(
        "words_of_others",
        _("What people wrote that is encrypted under somebody else's key"),
        Effect.STAYS,
        _words_elsewhere,
        why=_(
            "Each text goes with the key of whom it concerns: the owner's with the owner, a reviewer's or an officer's "
            "with that person."
        ),
        models=(audit.EntryDetail,),
    ),
    Store(
        "legal_holds",
        _("Legal holds, without what was written"),
        Effect.STAYS,
        _legal_holds,
        why=_(
            "That a clip was kept, for how long and by whom, must be provable. It names numbers and pseudonyms only."
        ),
        models=(rights.LegalHold,),
    ),
    Store(
        "downloads",
        _("Who fetched files of releases"),
        Effect.STAYS,
        rows_of(datasets.Download, "file__release__items__clip"),
        why=_("So that whoever fetched a copy can be asked to delete it (GDPR, Art. 17(2) and 19)."),
        models=(datasets.Download,),
    ),
    Store(
        "deletion_requests",
        _("Requests to delete copies, and what was answered"),
        Effect.STAYS,
        rows_of(datasets.DeletionRequest, "item__clip"),
        why=_(
            "So that it can be shown who was told of the erasure (GDPR, Art. 19). They hold pseudonyms and dates."
        ),
        models=(datasets.DeletionRequest,),
    ),
    Store(
        "models",
        _("Models that others trained with files of releases"),
        Effect.STAYS,
        rows_of(datasets.ExportFile, "release__items__clip", downloads__isnull=False),
        why=_("The site trains none and holds none. By the files that were fetched one can ask for them."),
        readers=ENGINEERS,
    ),
    Store(
        "consents",
        _("Consents"),
        Effect.STAYS,
        rows_of(clips.Consent),
        why=_("They show that using the clips was lawful (GDPR, Art. 7(1)). They hold no name."),
        models=(clips.Consent,),
    ),
    Store(
        "holds",
        _("When and why clips were held"),
        Effect.STAYS,
        rows_of(clips.Hold),
        why=_("They keep an erased clip from being used, and hold codes and pseudonyms only."),
        models=(clips.Hold,),
    ),
    Store(
        "accesses",
        _("Who asked to see originals without redaction, and who decided"),
        Effect.STAYS,
        rows_of(break_glass.BreakGlassAccess),
        why=_("They say who may have seen an original. They hold codes, times and accounts only."),
        models=(break_glass.BreakGlassAccess, break_glass.CleanCopyRun),
    ),
    Store(
        "entries",
        _("Entries of the log"),
        Effect.STAYS,
        _entries,
        why=_(
            "They prove who did what, and this erasure. They hold numbers, codes, pseudonyms and commitments; entries "
            "of before may hold a digest of an original, from which nothing can be made."
        ),
        models=(audit.LogEntry, audit.TreeLeaf, audit.Pending, audit.Hurry, audit.Series),
    ),
    Store(
        "alerts",
        _("Alerts about how clips were watched, and saved searches of the log"),
        Effect.STAYS,
        _alerts,
        why=_(
            "Somebody who watched too much is not cleared by an erasure. They hold numbers and pseudonyms."
        ),
        models=(oversight.Alert, oversight.AwaitedScope, oversight.SavedSearch),
    ),
    Store(
        "log_exports",
        _("Exports of the log"),
        Effect.STAYS,
        _none,
        why=_("They hold entries of the log as they are, and no words."),
        models=(oversight.LogRun,),
        storages=("exports",),
    ),
    Store(
        "journal",
        _("The journal beside the database, and its lines that the database knows"),
        Effect.STAYS,
        _none,
        why=_(
            "So that no backup brings back what was withdrawn or erased. It tells what was done, by numbers and "
            "pseudonyms."
        ),
        models=(audit.JournalLine,),
        readers=SITE,
    ),
    Store(
        "backups",
        _("Backups that operators keep"),
        Effect.STAYS,
        _none,
        why=_(
            "Their keys are destroyed, so that originals, references, notes and details in them cannot be opened. "
            "Renditions are not in them unless an operator asks for it; labels without notes are. They end after the "
            "days that the operator sets."
        ),
        readers=(_("operators"),),
    ),
    Store(
        "erasures",
        _("Erasures with their certificates"),
        Effect.STAYS,
        _none,
        why=_("They prove what was erased, by numbers and pseudonyms."),
        models=(rights.Erasure,),
    ),
    Store(
        "messages",
        _("Messages between the site's programs, in the database and in the broker"),
        Effect.STAYS,
        _none,
        why=_("They hold ids of rows only, and are deleted within a week."),
        models=(core.Outbox,),
        readers=SITE,
    ),
    Store(
        "receipt_links",
        _("Which link to a receipt is in force"),
        Effect.STAYS,
        rows_of(rights.ReceiptLink),
        why=_("So that a link that has ended stays so. It is a number and a day."),
        models=(rights.ReceiptLink,),
        readers=SITE,
    ),
    Store(
        "outgoing_messages",
        _("Mail and webhooks to people who run the site"),
        Effect.STAYS,
        _none,
        why=_(
            "They tell that something happened, by codes and pseudonyms of people who work here, and nothing of clips. "
            "An address goes when the message has left, the rest within a month."
        ),
        models=(outgoing.OutgoingMessage,),
        readers=(_("operators"),),
    ),
    Store(
        "program_logs",
        _("Logs of the site's programs"),
        Effect.STAYS,
        _none,
        why=_("They hold ids, addresses of pages and codes, and end after the days that the operator sets."),
        readers=(_("operators"),),
    ),
    Store(
        "caches",
        _("Caches, posters and pictures of regions"),
        Effect.STAYS,
        _none,
        why=_("There are none on the server: such pictures are made for each request and not kept."),
        readers=SITE,
    ),
)
