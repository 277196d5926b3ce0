"""The accounts and clips behind entries that were made up for measuring."""

import datetime

import numpy as np
from django.contrib.auth.hashers import make_password

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.clips.models import Clip, Consent, Owner, Submission
from benchmarks.log_lines import Writer

_COUNTRIES = ("IN", "RO", "PH", "KE", "BR", "US")
_SECONDS = 20
_RATE = 15


def make_accounts(writer: Writer) -> None:
    """One for each person of the log, without a password: nobody can sign in as them."""
    nobody = make_password(None)
    people = [*writer.people, (writer.submitter, str(Role.SUBMITTER))]
    User.objects.bulk_create(
        User(
            username=f"{role.replace('_', '-')}-{number:03}",
            role=role,
            pseudonym=pseudonym,
            country=_COUNTRIES[number % len(_COUNTRIES)],
            password=nobody,
        )
        for number, (pseudonym, role) in enumerate(people, 1)
    )


def make_clips(writer: Writer, count: int) -> None:
    """Rows of the clips that most entries tell of, as intake leaves them."""
    submitter = User.objects.get(pseudonym=writer.submitter)
    chosen = np.argsort(-writer.seen, kind="stable")[:count].tolist()
    names = sorted({writer.owners[number] for number in chosen})
    owners = {name: Owner(submitter=submitter, lookup=name, pseudonym=name) for name in names}
    Owner.objects.bulk_create(owners.values())
    granted = datetime.datetime(2024, 11, 1, tzinfo=datetime.UTC)
    clips = [
        Clip(
            public_id=writer.clip_ids[number],
            submitter=submitter,
            submission=Submission(submitter=submitter),
            owner=owners[writer.owners[number]],
            consent=Consent(
                notice_version="2024-1",
                troubleshooting=True,
                training=True,
                granted_at=granted,
                until=datetime.datetime(2027, 11, 1, tzinfo=datetime.UTC),
            ),
            content_lookup=f"{number:064x}",
            bytes=1,
            container="mov,mp4",
            codec="h264",
            width=1280,
            height=720,
            frame_rate=_RATE,
            constant_rate=True,
            frames=_RATE * _SECONDS,
            duration=_SECONDS,
            received_at=granted,
        )
        for number in chosen
    ]
    Consent.objects.bulk_create(clip.consent for clip in clips)
    Submission.objects.bulk_create(clip.submission for clip in clips)
    Clip.objects.bulk_create(clips)
