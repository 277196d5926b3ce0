import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.passwords import digest_of


class Command(BaseCommand):
    help = "Makes a file for BREACHED_PASSWORDS_FILE from a list of words, such as one that a package brings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("words", type=Path, help="a text in UTF-8 with a password in each line")
        parser.add_argument("target", type=Path, help="the file to make; one that is there is replaced")

    def handle(self, *, words: Path, target: Path, **options: Any) -> None:
        try:
            with words.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                passwords = {line.rstrip("\r\n") for line in file}
        except OSError as error:
            raise CommandError(f"{words} cannot be read: {error.strerror}.") from None
        digests = sorted(digest_of(password) for password in passwords if password)
        if not digests:
            raise CommandError(f"{words} holds no password.")
        beside = target.with_name(f"{target.name}.new")
        try:
            beside.write_text("".join(f"{digest}\n" for digest in digests), encoding="ascii")
            os.replace(beside, target)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{len(digests)} passwords are in {target}.")
