"""`manage.py agree_epoch`: two privacy officers stand for an epoch, before the sequencer declares it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.management.in_person import people_arguments, two_in_person
from annotations.audit.sequencing.agreements import agree
from annotations.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "After a restore: two privacy officers agree that the log goes on in a new epoch. In the site's environment; "
        "`audit declare-epoch`, in the sequencer's, then declares it within a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        people_arguments(parser, "the privacy officer who declares it")
        parser.add_argument(
            "--reason", required=True, help="what happened, in 5 to 2,000 characters; it is encrypted"
        )

    def handle(self, *, reason: str, **options: Any) -> None:
        first, second = two_in_person("agree_epoch", options)
        try:
            entry = agree(first.actor, second.actor, reason)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"Agreed, in entry {entry.pk}. Now, in the sequencer's environment: audit declare-epoch."
        )
