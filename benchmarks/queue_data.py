"""What the queue's benchmark puts into its database, in a process of its own with Django's settings.

python -m benchmarks.queue_data prepare CLIPS REVIEWERS_PER_CLIP "USER:PASSWORD\\n..."
python -m benchmarks.queue_data count
"""

import datetime
import secrets
import sys

import django
from django.core.management import call_command
from django.db import transaction

django.setup()

from annotations.accounts import services as accounts  # noqa: E402
from annotations.accounts.enums import Role  # noqa: E402
from annotations.audit.actors import COMMAND_LINE  # noqa: E402
from annotations.clips.models import Clip, Consent, Owner, Submission  # noqa: E402
from annotations.clips.references import known_owner  # noqa: E402
from annotations.core import clock  # noqa: E402
from annotations.core.models import RunState  # noqa: E402
from annotations.redaction.models import Outcome, RedactionRun, Rendition  # noqa: E402
from annotations.review import services as review  # noqa: E402
from annotations.review.models import Annotation, Assignment, Project, ReviewTask  # noqa: E402

RATE, SECONDS = 15, 20
FRAMES = RATE * SECONDS
BATCH = 1000


def prepare(clips: int, wanted: int, users: list[str]) -> None:
    """Migrates, and makes the accounts and a queue of this many clips that pass the gate. Clips have no files."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    for user in users:
        name, _, password = user.partition(":")
        make_reviewer(name, password)
    project = review.ensure_default_project(COMMAND_LINE)
    project.reviewers = wanted
    project.save(update_fields=["reviewers"])
    submitter = accounts.create_user(COMMAND_LINE, "submitter", None, Role.SUBMITTER)
    owner = known_owner(submitter, "household")
    for start in range(0, clips, BATCH):
        _queue(project, owner, min(BATCH, clips - start))


def make_reviewer(name: str, password: str | None = None) -> None:
    """An account of somebody who may be given a clip."""
    today = clock.now().date()
    accounts.create_user(COMMAND_LINE, name, password, Role.CONTRACTOR, trained_on=today, statement_on=today)


@transaction.atomic
def _queue(project: Project, owner: Owner, count: int) -> None:
    """A batch of rows, as intake, redaction and the queue leave them."""
    now = clock.now()
    until = now + datetime.timedelta(days=30)
    clips = []
    for _ in range(count):
        consent = Consent(
            notice_version="1", troubleshooting=True, training=True, granted_at=now, until=until
        )
        clips.append(
            Clip(
                submitter=owner.submitter,
                submission=Submission(submitter=owner.submitter),
                owner=owner,
                consent=consent,
                content_lookup=secrets.token_hex(32),
                bytes=1,
                container="mov,mp4",
                codec="h264",
                width=1280,
                height=720,
                frame_rate=RATE,
                constant_rate=True,
                frames=FRAMES,
                duration=SECONDS,
            )
        )
    Consent.objects.bulk_create(clip.consent for clip in clips)
    Submission.objects.bulk_create(clip.submission for clip in clips)
    Clip.objects.bulk_create(clips)
    runs = [
        RedactionRun(clip=clip, effect="blur", state=RunState.DONE, outcome=Outcome.VERIFIED, finished_at=now)
        for clip in clips
    ]
    RedactionRun.objects.bulk_create(runs)
    Rendition.objects.bulk_create(_rendition(run) for run in runs)
    tasks = [ReviewTask(clip=clip, project=project) for clip in clips]
    ReviewTask.objects.bulk_create(tasks)
    Assignment.objects.bulk_create(
        Assignment(task=task, project=project, clip=task.clip, number=number)
        for task in tasks
        for number in range(1, project.reviewers + 1)
    )


def _rendition(run: RedactionRun) -> Rendition:
    return Rendition(
        clip=run.clip,
        run=run,
        name=f"{run.pk}.mp4",
        sha256=secrets.token_hex(32),
        bytes=1,
        width=1280,
        height=720,
        frame_rate=RATE,
        frames=FRAMES,
        presentation_times=[n / RATE for n in range(FRAMES)],
    )


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].splitlines())
    else:
        print(Annotation.objects.filter(current=True).count())
