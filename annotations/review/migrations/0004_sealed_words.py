import json
from typing import Any

from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from annotations.audit import subjects
from annotations.audit.database.migrating import seal_rows


def seal(apps: Any, schema_editor: Any) -> None:
    """Drafts, and the notes of labels. The digest of labels stays what it was: it has no salt."""
    drafts, annotations = (apps.get_model("review", name).objects for name in ("Draft", "Annotation"))
    seal_rows(drafts.select_related("assignment__clip"), ["sealed"], _draft)
    seal_rows(annotations.select_related("assignment__clip"), ["sealed_note", "body"], _annotation)


def _draft(draft: Any) -> dict[str, tuple[str, bytes]]:
    return {"sealed": (subjects.of_clip(draft.assignment.clip.public_id), json.dumps(draft.body).encode())}


def _annotation(annotation: Any) -> dict[str, tuple[str, bytes]]:
    content = json.dumps({"note": annotation.body.pop("note", ""), "salt": ""}).encode()
    return {"sealed_note": (subjects.of_clip(annotation.assignment.clip.public_id), content)}


def refuse_when_sealed(apps: Any, schema_editor: Any) -> None:
    """Nothing that is sealed becomes plain again; without rows there is nothing to take back."""
    if any(apps.get_model("review", name).objects.exists() for name in ("Draft", "Annotation")):
        raise IrreversibleError("There are drafts or labels, which are sealed.")


class Migration(migrations.Migration):
    dependencies = [("review", "0003_forget_dropped_words"), ("clips", "0006_sealed")]
    operations = [
        migrations.AddField("draft", "sealed", models.BinaryField(null=True)),
        migrations.AddField("annotation", "sealed_note", models.BinaryField(null=True)),
        migrations.RunPython(seal, refuse_when_sealed),
    ]
