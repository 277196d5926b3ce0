from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from annotations.accounts.models import ApiKey


class Command(BaseCommand):
    help = "Lists the API keys that are not revoked, by account: what each opens, from where, until when, its last use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="?", help="of one account only")

    def handle(self, *, username: str | None, **options: Any) -> None:
        found = ApiKey.objects.select_related("user", "replaced_by").filter(revoked_at=None)
        if username:
            found = found.filter(user__username=username)
        for key in found.order_by("user__username", "-created_at", "pk"):
            self.stdout.write(f"{key.user.username}  cam_{key.prefix}  {key.name}".rstrip())
            self.stdout.write(f"    opens: {key.scopes or 'nothing'}; from: {key.networks or 'everywhere'}")
            used = f"{key.used_at:%Y-%m-%d %H:%M} from {key.used_from or '?'}" if key.used_at else "never"
            over = (
                " (over)"
                if key.expired
                else f" (replaced by cam_{key.replaced_by.prefix})"
                if key.replaced_by
                else ""
            )
            self.stdout.write(f"    until: {key.expires_at:%Y-%m-%d %H:%M}{over}; last used: {used}")
