import uuid
from typing import Any

from django.db import migrations

from annotations.clips import lookups

_AT_ONCE = 500


def digest(apps: Any, schema_editor: Any) -> None:
    """Idempotency keys that are there: submitters may have written anything into them."""
    submissions = apps.get_model("clips", "Submission").objects
    rows = submissions.exclude(idempotency_key=None).only("submitter_id", "idempotency_key").order_by("pk")
    last = uuid.UUID(int=0)
    while some := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        for row in some:
            row.idempotency_key = lookups.of_request(row.submitter_id, row.idempotency_key)[0]
        submissions.bulk_update(some, ["idempotency_key"])
        last = some[-1].pk


class Migration(migrations.Migration):
    """Cannot be taken back: a digest does not become a key again."""

    dependencies = [("clips", "0009_hold_reason_erased")]
    operations = [migrations.RunPython(digest)]
