import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from annotations.audit.models import LogEntry
from annotations.review.models import LabelSchema, Project
from annotations.review.schema import HOME_THREAT_DETECTION

pytestmark = pytest.mark.django_db


def test_the_project_is_made_once() -> None:
    call_command("ensure_project")
    call_command("ensure_project")
    assert Project.objects.count() == 1
    assert LabelSchema.objects.count() == 1


def test_labels_of_a_file_become_the_next_schema(tmp_path: Path) -> None:
    labels = {**HOME_THREAT_DETECTION, "events": [{"code": "dog_barks", "name": "Dog barks"}]}
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(labels))
    call_command("ensure_project", labels=file)
    first, second = LabelSchema.objects.order_by("version")
    assert (first.current, second.current, second.version) == (False, True, 2)
    assert second.labels["events"] == labels["events"]
    assert LogEntry.objects.filter(action="project.schema_published").count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read"),
        ("{}", "exactly the lists"),
        ('{"verdicts": [], "events": [], "tracks": [], "skip_reasons": []}', "verdicts"),
    ],
)
def test_labels_that_are_none_are_refused(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=said):
        call_command("ensure_project", labels=file)
    assert LabelSchema.objects.count() == 1
