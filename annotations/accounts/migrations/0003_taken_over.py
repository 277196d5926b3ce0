"""Accounts that exist keep working: they are marked as found by the update of this day, before which neither a training
nor a statement was recorded. Whoever is signed in stays so: their sessions move to the table that knows whose each is.
"""

from django.apps.registry import Apps
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from annotations.core import clock, ids


def take_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "User").objects.update(taken_over_on=clock.now().date())
    move_sessions(apps)


def move_sessions(apps: Apps) -> None:
    """Those of people, with nothing known of their network. What another key signed opens nothing and goes, too."""
    store, now = SessionStore(), clock.now()
    people = {str(pk) for pk in apps.get_model("accounts", "User").objects.values_list("pk", flat=True)}
    earlier, rows = (
        apps.get_model("sessions", "Session").objects,
        apps.get_model("accounts", "Session").objects,
    )
    for session in earlier.filter(expire_date__gt=now).iterator(chunk_size=500):
        data = store.decode(session.session_data)
        if data.get("_auth_user_id") not in people:
            continue
        public_id = ids.random_id()
        data["own_session"] = {"id": str(public_id), "network": "", "began": now.isoformat()}
        rows.create(
            session_key=session.session_key,
            session_data=store.encode(data),
            expire_date=session.expire_date,
            public_id=public_id,
            user_id=data["_auth_user_id"],
            began_at=now,
            seen_at=now,
        )
    earlier.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people"), ("sessions", "0001_initial")]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
