"""`manage.py legal_hold`: a clip under a legal hold, by two privacy officers."""

import datetime
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from annotations.accounts.management.in_person import people_arguments, two_in_person
from annotations.accounts.models import User
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.rights.enums import ScopeKind
from annotations.rights.retention.models import LegalHold
from annotations.rights.rules import STANDING
from annotations.rights.scopes import Scope
from annotations.rights.services import ask_for_legal_hold, ask_for_release, decide_legal_hold


class Command(BaseCommand):
    help = (
        "Places a clip under a legal hold, or releases it. Under the hold nobody labels it or trains on it, and no "
        "clock ends it. Two privacy officers stand for it; both are on the log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["place", "release"])
        parser.add_argument("clip", type=UUID, help="the clip's id, as its dossier shows it")
        people_arguments(parser, "the privacy officer who asks for it")
        parser.add_argument("--reason", required=True, help="why, in 5 to 2,000 characters; it is encrypted")
        parser.add_argument("--days", type=int, default=90, help="how long it lasts, unless it is extended")

    def handle(self, *, action: str, clip: UUID, reason: str, days: int, **options: Any) -> None:
        people = two_in_person(f"legal_hold_{action}", options)
        standing = LegalHold.objects.filter(kind=ScopeKind.CLIP, target=str(clip), state__in=STANDING).first()
        try:
            if action == "place":
                changed = standing is None and _place(clip, days, reason, *people)
            else:
                changed = standing is not None and _release(standing, reason, *people)
        except DomainError as error:
            raise CommandError(f"{clip}: {error.message}") from error
        self.stdout.write(_OUTCOMES[action, changed])


_OUTCOMES = {
    ("place", True): "Held.",
    ("place", False): "The clip is under a legal hold already.",
    ("release", True): "Released.",
    ("release", False): "The clip is under no legal hold.",
}


@transaction.atomic
def _place(clip: UUID, days: int, reason: str, by: User, agreed_by: User) -> bool:
    until = clock.now() + datetime.timedelta(days=days)
    hold = ask_for_legal_hold(Scope(ScopeKind.CLIP, str(clip)), until, reason, by.actor)
    decide_legal_hold(hold.pk, "agree", reason, agreed_by.actor)
    return True


@transaction.atomic
def _release(hold: LegalHold, reason: str, by: User, agreed_by: User) -> bool:
    ask_for_release(hold.pk, reason, by.actor)
    decide_legal_hold(hold.pk, "agree", reason, agreed_by.actor)
    return True
