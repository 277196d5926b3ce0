from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts import services
from annotations.accounts.models import ApiKey
from annotations.audit.actors import COMMAND_LINE


class Command(BaseCommand):
    help = "Revokes an API key for good. Calls with it are refused from then on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="the twelve digits between the key's underscores: cam_PREFIX_...")

    def handle(self, *, prefix: str, **options: Any) -> None:
        try:
            services.revoke_key(COMMAND_LINE, prefix)
        except ApiKey.DoesNotExist:
            raise CommandError(f"There is no key {prefix} that is not revoked yet.") from None
        self.stdout.write(f"The key {prefix} is revoked.")
