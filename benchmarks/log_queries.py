"""The searches that `log_search.py` measures, in a process of its own with Django's settings.

python -m benchmarks.log_queries ready USERNAME PASSWORD   an officer who can sign in; static files
python -m benchmarks.log_queries measure REPEAT            JSON: what each search costs, and its address
python -m benchmarks.log_queries words COUNT               JSON: seconds to read so many entries' words
python -m benchmarks.log_queries export FORMAT             JSON: entries, bytes, seconds and memory of a whole export
"""

import datetime
import json
import resource
import sys
import time
from typing import Any
from urllib.parse import urlencode

import django
from django.core.management import call_command
from django.db import connection, transaction

django.setup()

from annotations.accounts import services as accounts  # noqa: E402
from annotations.accounts.enums import Role  # noqa: E402
from annotations.audit import services as audit  # noqa: E402
from annotations.audit.actors import COMMAND_LINE, Actor  # noqa: E402
from annotations.audit.models import LogEntry  # noqa: E402
from annotations.audit.search import Filters, search  # noqa: E402
from annotations.core import ids  # noqa: E402
from annotations.oversight.entry_export import LogFormat, write  # noqa: E402
from annotations.oversight.text_search import search_words  # noqa: E402
from annotations.rights.log import WITHDRAWAL  # noqa: E402

YEAR = {
    "since": datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC),
    "until": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
}
DAY = {
    "since": datetime.datetime(2025, 6, 2, tzinfo=datetime.UTC),
    "until": datetime.datetime(2025, 6, 3, tzinfo=datetime.UTC),
}
# Filters as the page's address names them.
_NAMES = {"actor": "person", "subject": "owner"}


def searches() -> dict[str, dict[str, Any]]:
    """Each filter alone, what officers combine, and what is meant to be hard."""
    person, owner = _busiest("actor", actor_role="contractor"), _busiest("subject", subject__gt="")
    hot = _busiest("clip", clip__isnull=False)
    quiet = LogEntry.objects.filter(action="review.accepted").order_by("occurred_at")[0]
    worker = {"actor": "system-worker"}
    return {
        "no filter": {},
        "person": {"actor": person},
        "the worker (a third of the log)": worker,
        "clip": {"clip": quiet.clip},
        "clip seen a thousand times": {"clip": hot},
        "owner": {"subject": owner},
        "action, frequent": {"action": "review.watched"},
        "action, twice in the log": {"action": "project.schema_published"},
        "action, never": {"action": "dataset.release_failed"},
        "area, frequent": {"action": "review.*"},
        "area, rare": {"action": "project.*"},
        "purpose": {"purpose": "labeling"},
        "purpose, rare": {"purpose": "moderation"},
        "role": {"actor_role": "contractor"},
        "role, rare": {"actor_role": "operator"},
        "request": {"request": quiet.request},
        "a year": YEAR,
        "a day": DAY,
        "person in a day": {"actor": person, **DAY},
        "person and purpose": {"actor": person, "purpose": "labeling"},
        "person and rare action": {"actor": person, "action": "review.flagged"},
        "clip and person": {"clip": hot, "actor": person},
        "owner and action": {"subject": owner, "action": "rendition.served"},
        "role, purpose and action": {
            "actor_role": "contractor",
            "purpose": "labeling",
            "action": "rendition.served",
        },
        "rare action in a year": {"action": "project.schema_published", **YEAR},
        "rare area by a frequent role": {"actor_role": "contractor", "action": "project.*"},
        "frequent person, no such purpose": {"actor": person, "purpose": "training"},
        "the worker, no such purpose": {**worker, "purpose": "labeling"},
        "role that never does it": {"actor_role": "lead", "action": "review.watched"},
        "person, area without hits": {"actor": person, "action": "privacy.*"},
        "six filters": {
            "actor": person,
            "actor_role": "contractor",
            "purpose": "labeling",
            "action": "review.watched",
            **YEAR,
        },
    }


def _busiest(column: str, **only: Any) -> Any:
    """The value that the last hundred thousand entries hold most often."""
    last = list(
        LogEntry.objects.filter(**only)
        .order_by("-occurred_at", "-id")
        .values_list(column, flat=True)[:100_000]
    )
    return max(set(last), key=last.count) if len(set(last)) < 5_000 else _most(last)


def _most(values: list[Any]) -> Any:
    counts: dict[Any, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return max(counts, key=lambda value: counts[value])


def measure(repeat: int) -> list[dict[str, Any]]:
    found = []
    for name, columns in searches().items():
        filters = Filters(
            **{("role" if key == "actor_role" else key): value for key, value in columns.items()}
        )
        page, seconds = search(filters), []
        for _ in range(repeat):
            begin = time.perf_counter()
            page = search(filters)
            seconds.append(time.perf_counter() - begin)
        found.append(
            {
                "search": name,
                "seconds": seconds,
                "entries": len(page.lines),
                "searched_to": page.searched_to.isoformat() if page.searched_to else "",
                "address": "/audit/?" + urlencode(_address(columns)),
            }
        )
    return found


def _address(columns: dict[str, Any]) -> dict[str, str]:
    names = {**_NAMES, "actor_role": "role"}
    return {
        names.get(key, key): f"{value:%Y-%m-%dT%H:%M:%S}"
        if isinstance(value, datetime.datetime)
        else str(value)
        for key, value in columns.items()
    }


def export(kind: str) -> dict[str, Any]:
    begin, size, first = time.monotonic(), 0, 0
    for number, piece in enumerate(write(Filters(), LogFormat(kind))):
        size += len(piece)
        if number == 10:
            first = _peak()
    return {
        "format": kind,
        "entries": LogEntry.objects.count(),
        "megabytes": round(size / 1e6),
        "seconds": round(time.monotonic() - begin, 1),
        "peak_mb_after_20000": first,
        "peak_mb": _peak(),
    }


def words(count: int) -> dict[str, Any]:
    """Writes so many entries with somebody's words, all but one of which do not hold the word, and looks for it."""
    officer = Actor(ids.pseudonym("p"), Role.PRIVACY_OFFICER)
    with transaction.atomic():
        for number in range(count):
            reason = "The owner wrote to us by letter, crème brûlée" if number == 7 else f"Reason {number}"
            data = {"source": "privacy officer"}
            audit.append(
                WITHDRAWAL, officer, subject=ids.pseudonym("o"), data=data, detail={"reason": reason}
            )
    begin = time.monotonic()
    found = search_words(Filters(actor=officer.pseudonym), "CREME brulee")
    return {
        "words_read": found.searched,
        "found": len(found.lines),
        "seconds": round(time.monotonic() - begin, 2),
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    if sys.argv[1] == "ready":
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        accounts.create_user(COMMAND_LINE, sys.argv[2], sys.argv[3], Role.PRIVACY_OFFICER)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE audit_logentry")
    elif sys.argv[1] == "measure":
        print(json.dumps(measure(int(sys.argv[2]))))
    elif sys.argv[1] == "words":
        print(json.dumps(words(int(sys.argv[2]))))
    else:
        print(json.dumps(export(sys.argv[2])))
