"""Puts plain entries with their leaves and tiles into an empty log by SQL, far faster than they could be written: to
measure what is done at a size. The last of them wait, for the sequencer. PostgreSQL only, as the owner of the tables;
log_scale.py starts it.

python -m benchmarks.log_bulk ENTRIES WAITING
"""

import sys
from collections.abc import Iterator

import django
from django.core.management import call_command
from django.db import connection, transaction

django.setup()

from annotations.audit.models import HashTile, TreeLeaf  # noqa: E402
from annotations.audit.tree.growth import Growth  # noqa: E402
from benchmarks.log_fill import COLUMNS, rebuilt_indexes  # noqa: E402

BATCH = 500_000
HASH_BATCH = 50_000

# A sign-in by each of a thousand people in turn, 40 a second; the id is a version 7 UUID of that time.
_ROWS = """
SELECT n, to_timestamp(1700000000 + n * 0.025) AS moment, 'p-' || lpad(mod(n, 1000)::text, 8, '0') AS actor,
    (lpad(to_hex(1700000000000 + n * 25), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 5, 15))::uuid AS id
FROM generate_series(%s::bigint, %s::bigint) AS n
"""
_ENTRIES = f"""
INSERT INTO audit_logentry ({COLUMNS})
SELECT id, convert_to(format(
    '{{"action":"account.signed_in","actor":{{"pseudonym":"%%s","role":"contractor"}},"clip":null,"data":{{}},'
    '"id":"%%s","purpose":"","request":"","subject":"","time":"%%s","version":1}}',
    actor, id, to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8'),
    moment, 'account.signed_in', actor, 'contractor', NULL, '', '', ''
FROM ({_ROWS}) AS made
"""  # noqa: S608
_LEAVES = """
INSERT INTO audit_treeleaf ("index", entry, hash)
SELECT row_number() OVER (ORDER BY id) - 1, id, sha256('\\x00'::bytea || canonical) FROM audit_logentry
"""


def fill(entries: int, waiting: int) -> None:
    call_command("migrate", verbosity=0)
    with transaction.atomic(), connection.cursor() as cursor, rebuilt_indexes(cursor):
        # What the trigger queues would be taken out again below: the leaves are made here.
        cursor.execute("ALTER TABLE audit_logentry DISABLE TRIGGER audit_enqueue")
        for start in range(0, entries, BATCH):
            cursor.execute(_ENTRIES, [start, min(start + BATCH, entries) - 1])
        cursor.execute("ALTER TABLE audit_logentry ENABLE ALWAYS TRIGGER audit_enqueue")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LEAVES)
    with transaction.atomic():
        grown = Growth(0, [[]])
        for hashes in _hashes(entries):
            tiles = [tile for each in hashes for tile in grown.append(each)]
            HashTile.objects.bulk_create(HashTile(**tile._asdict()) for tile in tiles)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(_ENTRIES, [entries, entries + waiting - 1])


def _hashes(entries: int) -> Iterator[list[bytes]]:
    for start in range(0, entries, HASH_BATCH):
        rows = TreeLeaf.objects.filter(index__gte=start, index__lt=start + HASH_BATCH).order_by("index")
        yield [bytes(each) for each in rows.values_list("hash", flat=True)]


if __name__ == "__main__":
    fill(int(sys.argv[1]), int(sys.argv[2]))
