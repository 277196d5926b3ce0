import signal
import threading
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.audit.integrity.requeueing import requeue
from annotations.audit.integrity.status import integrity
from annotations.audit.keys.refused import Refused
from annotations.audit.sequencing.configured import own_sequencer
from annotations.audit.sequencing.stored_tree import Incomplete


class Command(BaseCommand):
    help = "Gives the log's entries their places in its tree and signs the tree, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="seal what waits now, and end")
        parser.add_argument(
            "--requeue",
            action="store_true",
            help="first queue the entries that the queue has lost (see audit verify)",
        )
        parser.add_argument(
            "--check", action="store_true", help="only end with 1 if entries wait and nobody seals them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            return self._check()
        try:
            sequencer = own_sequencer()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if options["requeue"]:
            self.stdout.write(f"Queued again: {requeue()}")
        if not options["once"]:
            stopped = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stopped.set())
            return sequencer.run(stopped)
        try:
            self.stdout.write(f"Sealed: {sequencer.once()}")
        except (Refused, Incomplete) as error:
            raise CommandError(str(error)) from error
        return None

    @staticmethod
    def _check() -> None:
        now = integrity()
        if now.stalled:
            raise CommandError(f"Entries wait since {now.oldest}; {now.unsequenced} have no place yet.")
