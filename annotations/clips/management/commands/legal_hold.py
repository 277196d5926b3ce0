"""`manage.py legal_hold`: a clip under a legal hold, by two privacy officers."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.models import User
from annotations.clips.models import Clip
from annotations.clips.services import place_legal_hold, release_legal_hold
from annotations.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Places a clip under a legal hold, or releases it. Under the hold nobody labels it or trains on it. Two "
        "privacy officers stand for it; both are on the log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["place", "release"])
        parser.add_argument("clip", type=UUID, help="the clip's id, as its dossier shows it")
        parser.add_argument("--by", required=True, metavar="USER", help="the privacy officer who asks for it")
        parser.add_argument("--agreed-by", required=True, metavar="USER", help="another one, who agrees")
        parser.add_argument("--reason", required=True, help="why, in 5 to 2,000 characters; it is encrypted")

    def handle(
        self, *, action: str, clip: UUID, by: str, agreed_by: str, reason: str, **options: Any
    ) -> None:
        found = Clip.objects.filter(public_id=clip).first()
        if found is None:
            raise CommandError(f"There is no clip {clip}.")
        people = _account(by), _account(agreed_by)
        try:
            if action == "place":
                changed = place_legal_hold(found, reason, *people)
            else:
                changed = release_legal_hold(found, reason, *people)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(_OUTCOMES[action, changed])


_OUTCOMES = {
    ("place", True): "Held.",
    ("place", False): "The clip is under a legal hold already.",
    ("release", True): "Released.",
    ("release", False): "The clip is under no legal hold.",
}


def _account(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(f"There is no account {username}.")
    return found
