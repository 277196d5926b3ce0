"""What must outlive every backup of the database, told in a small signed file beside it.

    record(Kind.CONSENT_WITHDRAWN, actor, {"clip": ...})    inside the transaction of the act, as its last step
    standing()                                              whether the database knows what the journal tells
    with replaying(): ...                                   acts that the journal tells of already

A database that was set back does not know of withdrawals and erasures that came after its backup. The journal does: it
lies outside the database and its backups, and nothing is served while it tells of something that the database does not
know. A line is on the disk before its act commits, so what stands in the journal is done, also when its act did not
commit (ADR 44).
"""

from annotations.audit.journal.comparing import AHEAD, Standing, forget_standing, standing
from annotations.audit.journal.file import JournalUnreachable, Known
from annotations.audit.journal.lines import JournalAltered, JournalBehind, Kind, Line
from annotations.audit.journal.recording import (
    begin_anew,
    know,
    last_known,
    own_file,
    record,
    replaying,
    write_ahead,
)

__all__ = [
    "AHEAD",
    "JournalAltered",
    "JournalBehind",
    "JournalUnreachable",
    "Kind",
    "Known",
    "Line",
    "Standing",
    "begin_anew",
    "forget_standing",
    "know",
    "last_known",
    "own_file",
    "record",
    "replaying",
    "standing",
    "write_ahead",
]
