from typing import Any

from django.db import migrations

from annotations.clips import lookups

_AT_ONCE = 500


def digest(apps: Any, schema_editor: Any) -> None:
    """Idempotency keys that are there: submitters may have written anything into them."""
    submissions = apps.get_model("clips", "Submission").objects
    rows = submissions.exclude(idempotency_key=None).only("submitter_id", "idempotency_key")
    changed = []
    for row in rows.iterator(chunk_size=_AT_ONCE):
        row.idempotency_key = lookups.of_request(row.submitter_id, row.idempotency_key)[0]
        changed.append(row)
    submissions.bulk_update(changed, ["idempotency_key"], batch_size=_AT_ONCE)


class Migration(migrations.Migration):
    """Cannot be taken back: a digest does not become a key again."""

    dependencies = [("clips", "0009_hold_reason_erased")]
    operations = [migrations.RunPython(digest)]
