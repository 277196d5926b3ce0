"""The first version of every rule, as the defaults were: from now on clips end by themselves, earlier ones after the
notice of a week at least. Clips under a legal hold keep it, as one that ends in 90 days unless two officers extend it.
"""

import datetime
import json

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from annotations.core import clock

# State: days of the original, days of everything.
DAYS = {
    "never_labeled": (30, 30),
    "labeled": (14, 90),
    "upheld": (7, 7),
    "withdrawn": (1, 1),
    "expired": (3, 3),
    "held": (14, 14),
}
LASTS = datetime.timedelta(days=90)
UNKNOWN = "unknown"


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    now = clock.now()
    rule = apps.get_model("rights", "RetentionRule")
    for state, (original, rest) in DAYS.items():
        rule.objects.create(
            kept_state=state,
            version=1,
            original_days=original,
            rest_days=rest,
            state="in_force",
            asked_by="system-command",
            asked_at=now,
        )
    keep_legal_holds(apps, now)


def keep_legal_holds(apps: Apps, now: datetime.datetime) -> None:
    placed = apps.get_model("clips", "Hold").objects.filter(reason="legal", released_at=None)
    entries = apps.get_model("audit", "LogEntry").objects.filter(action="clip.legal_hold")
    made = apps.get_model("rights", "LegalHold")
    for hold in placed.select_related("clip__owner").iterator(chunk_size=500):
        told = entries.filter(clip=hold.clip.public_id).order_by("-occurred_at").first()
        agreed = json.loads(bytes(told.canonical))["data"]["agreed_by"] if told else UNKNOWN
        made.objects.create(
            kind="clip",
            target=str(hold.clip.public_id),
            owner=hold.clip.owner.pseudonym,
            state="standing",
            until=now + LASTS,
            first_officer=hold.placed_by,
            second_officer=agreed if agreed != hold.placed_by else UNKNOWN,
            asked_at=hold.placed_at,
            placed_at=hold.placed_at,
        )


def end(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("rights", "RetentionRule").objects.all().delete()
    apps.get_model("rights", "LegalHold").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0004_retention"),
        ("clips", "0009_hold_reason_erased"),
        ("audit", "0008_index_of_viewers"),
    ]

    operations = [migrations.RunPython(begin, end)]
