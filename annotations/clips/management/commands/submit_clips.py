import datetime
import os
import stat
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.matrix import matrix
from annotations.accounts.models import User
from annotations.clips.memory import memory_file
from annotations.clips.rules import (
    BARE_EXTENSIONS,
    CONSENT_PURPOSES,
    EXTENSIONS,
    HIGHEST_STATED_RATE,
    LOWEST_STATED_RATE,
    consent_terms,
)
from annotations.clips.services import Reception, receive
from annotations.core import clock
from annotations.core.errors import DomainError, Invalid, TooLarge


class Command(BaseCommand):
    help = "Submits every video of a folder under one consent. Running it again submits only what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--purpose",
            required=True,
            help=f"what the owners agreed to, comma-separated: {','.join(CONSENT_PURPOSES)}",
        )
        parser.add_argument(
            "--submitter", help="user name of the submitting account (default: the only one there is)"
        )
        parser.add_argument(
            "--owner", help="the owner's reference (default: one owner per file, named after it)"
        )
        parser.add_argument("--notice", default="2026-01", help="version of the notice that the owners saw")
        parser.add_argument("--days", type=int, default=365, help="how long the consent lasts")
        parser.add_argument(
            "--accept-partial", action="store_true", help="take what decodes of cut or damaged files"
        )
        parser.add_argument(
            "--frame-rate",
            type=float,
            help="frames a second of bare streams (.h264, .h265), which have no time stamps",
        )

    def handle(self, *, folder: Path, purpose: str, **options: Any) -> None:
        submitter = self._submitter(options["submitter"])
        files = self._videos(folder)
        rate = options["frame_rate"]
        if rate is not None and not LOWEST_STATED_RATE <= rate <= HIGHEST_STATED_RATE:
            raise CommandError(
                f"--frame-rate is from {LOWEST_STATED_RATE} to {HIGHEST_STATED_RATE:.0f} a second."
            )
        now = clock.now()
        refused = 0
        for path in files:
            try:
                consent = consent_terms(
                    notice_version=options["notice"],
                    purposes=[part.strip() for part in purpose.split(",") if part.strip()],
                    granted_at=now,
                    until=now + datetime.timedelta(days=options["days"]),
                    now=now,
                )
                with memory_file(path.name) as file:
                    size = _read(path, file)
                    reception = Reception(
                        path.name,
                        size,
                        consent,
                        owner=options["owner"] or path.stem,
                        device="folder",
                        accept_partial=options["accept_partial"],
                        frame_rate=rate if path.suffix.lower() in BARE_EXTENSIONS else None,
                    )
                    clip, _ = receive(submitter, submitter.actor, file, reception)
                part = f", without {clip.facts['undecodable']} pictures" if clip.facts["partial"] else ""
                self.stdout.write(f"{path.name}: received as {clip.public_id}{part}")
            except OSError as error:
                refused += 1
                self.stdout.write(f"{path.name}: not_readable: {error.strerror}.")
            except DomainError as error:
                if error.code == "duplicate":
                    self.stdout.write(f"{path.name}: is here already")
                    continue
                refused += 1
                self.stdout.write(f"{path.name}: {error.code}: {error.message}")
        if refused:
            raise CommandError(f"{refused} of {len(files)} files were refused.")

    def _videos(self, folder: Path) -> list[Path]:
        """The videos of the folder by their names; whatever else lies there is told."""
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        videos = [path for path in entries if _is_file(path) and path.suffix.lower() in EXTENSIONS]
        for path in entries:
            if path not in videos:
                self.stdout.write(f"{path.name}: passed over, {_kind(path)}")
        if not videos:
            raise CommandError(f"{folder} holds no video ({', '.join(sorted(EXTENSIONS))}).")
        return videos

    def _submitter(self, name: str | None) -> User:
        submitting = matrix().rule("clips:api_clips", "POST").roles
        programs = submitting - matrix().rule("accounts:sign_in", "POST").roles
        found = User.objects.filter(role__in=submitting, is_active=True)
        found = found.filter(username=name) if name else found.filter(role__in=programs)
        if len(found) != 1:
            known = ", ".join(found.values_list("username", flat=True)) or "none"
            raise CommandError(f"Name the submitting account by --submitter (found: {known}).")
        return found[0]


def _is_file(path: Path) -> bool:
    """A file of the folder's own: a link may lead anywhere."""
    return stat.S_ISREG(path.lstat().st_mode)


def _kind(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "no video by its name" if stat.S_ISREG(mode) else "no file"


def _read(path: Path, into: IO[bytes]) -> int:
    """Copies a file, measured first; how many bytes. It may have been replaced since the folder was read: no link is
    followed, no pipe waited for.

    Raises Invalid `no_file`, TooLarge `too_large`, OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Invalid("no_file", "This is no file, but a pipe or a device.")
        if found.st_size > settings.CLIP_MAX_BYTES:
            raise TooLarge("too_large", f"The file is larger than {settings.CLIP_MAX_BYTES // 1_000_000} MB.")
        return into.write(file.read(found.st_size))
