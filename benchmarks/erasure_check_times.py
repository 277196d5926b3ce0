"""The measurements of `benchmarks.erasure_check`, in a process of its own with Django's settings."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django
from django.conf import settings
from django.db import connection, transaction

django.setup()

from annotations.accounts.models import User  # noqa: E402
from annotations.audit import services as audit  # noqa: E402
from annotations.audit.actors import WORKER  # noqa: E402
from annotations.clips.models import Clip  # noqa: E402
from annotations.clips.references import known_owner  # noqa: E402
from annotations.core import clock  # noqa: E402
from annotations.core.models import RunState  # noqa: E402
from annotations.moderation.models import Fingerprint  # noqa: E402
from annotations.review import log as review_log  # noqa: E402
from annotations.rights import erasure_check, services as rights  # noqa: E402
from annotations.rights.enums import ErasureCause, ScopeKind  # noqa: E402
from annotations.rights.models import Erasure  # noqa: E402
from annotations.rights.scan.matcher import Matcher  # noqa: E402
from annotations.rights.scan.probe import Kind, Value  # noqa: E402
from annotations.rights.scan.progress import Progress  # noqa: E402
from annotations.rights.scan.report import Report  # noqa: E402
from annotations.rights.scan.tables import Tables  # noqa: E402
from annotations.rights.scopes import Scope  # noqa: E402
from benchmarks.queue_data import prepare  # noqa: E402

TIMES = (1, 20, 200, 2_000)
HASHES = 80
"""Of a fingerprint: twenty seconds, four a second."""


def main() -> None:
    clips, entries = map(int, sys.argv[1:])
    fill(clips, entries)
    print("filled", file=sys.stderr)
    seconds = {str(count): processor_seconds(partial(check, count)) for count in TIMES}
    size = Path(settings.DATABASES["default"]["NAME"]).stat().st_size
    print(
        json.dumps(
            {
                "clips": clips,
                "entries": clips * entries,
                "megabytes": size // 1_000_000,
                "check_of_clips": seconds,
                "scan_of_tables": processor_seconds(scan),
                "erasure_of_an_owner": {
                    str(count): processor_seconds(partial(erase, request(count)))
                    for count in TIMES
                    if count < clips // 2
                },
            }
        )
    )


def fill(clips: int, entries: int) -> None:
    """Clips in the queue, with fingerprints and entries of the log."""
    prepare(clips, 1, [])
    owned = list(Clip.objects.select_related("owner"))
    Fingerprint.objects.bulk_create(
        Fingerprint(clip=clip, step=0.25, hashes=clip.pk.bytes * 2 * HASHES, qualities=b"d" * HASHES)
        for clip in owned
    )
    with transaction.atomic():
        for _ in range(entries):
            acts = [
                audit.ClipAct(clip.public_id, clip.owner.pseudonym, {"task": str(clip.pk), "reviewers": 1})
                for clip in owned
            ]
            audit.append_each(review_log.QUEUED, WORKER, acts)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def processor_seconds(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    spent = round(time.process_time() - before, 1)
    print(act, spent, file=sys.stderr)
    return spent


def check(count: int) -> None:
    """As if these clips had been erased; what is found does not matter."""
    clips = Clip.objects.order_by("pk")[:count]
    erased = erasure_check.Erased(
        kind="clip",
        target="",
        owner="",
        clips=tuple(str(clip.public_id) for clip in clips),
        subjects=tuple(clip.subject for clip in clips),
        files=(),
        before=clock.now(),
    )
    erasure_check.findings(erased)


def request(count: int) -> Erasure:
    """An erasure of an owner who has so many of the clips."""
    owner = known_owner(User.objects.get(username="submitter"), f"household of {count}")
    kept = Clip.objects.filter(bytes__gt=0).order_by("-pk").values("pk")[:count]
    Clip.objects.filter(pk__in=list(kept.values_list("pk", flat=True))).update(owner=owner)
    return rights.request_erasure(Scope(ScopeKind.OWNER, owner.pseudonym), WORKER, ErasureCause.RETENTION)


def erase(erasure: Erasure) -> None:
    """All steps, the keys, the check and the certificate."""
    rights.erase(erasure.pk)
    erasure.refresh_from_db()
    if erasure.state != RunState.DONE or not erasure.verified:
        raise RuntimeError(f"{erasure.state} {erasure.failure_message} {erasure.findings}")


def scan() -> None:
    values = [Value(Kind.WORDS, f"Somebody rings at number {number}") for number in range(100)]
    Tables(Matcher(values), Report(), Progress(lambda _: None)).sqlite("database", connection)


if __name__ == "__main__":
    main()
