import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from annotations.accounts import services as accounts
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.accounts.rules import KEY_LASTS_AT_MOST
from annotations.audit import journal
from annotations.audit.actors import COMMAND_LINE
from annotations.core import clock
from reviewapp.samples import SCENES, make_samples
from reviewapp.samples.marker import make_marker
from reviewapp.storage import make_folders

# One person per role, as in a small team; the submitter is a camera's back end.
PEOPLE = {
    "carla": (Role.CONTRACTOR, "Carla (contractor)", "RO"),
    "chandra": (Role.CONTRACTOR, "Chandra (contractor)", "IN"),
    "lea": (Role.LEAD, "Lea (lead)", "DE"),
    "milo": (Role.ML_ENGINEER, "Milo (ML engineer)", "FR"),
    "paula": (Role.PRIVACY_OFFICER, "Paula (privacy officer)", "DE"),
    "omar": (Role.OPERATOR, "Omar (operator)", "DE"),
}
SUBMITTER = "camera-backend"


class Command(BaseCommand):
    help = (
        "Makes a demonstration of this installation: database, static files, one person per role, sample clips. "
        "Running it again adds only what is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clips", type=Path, help="submit the videos of this folder instead of samples")

    def handle(self, *, clips: Path | None, **options: Any) -> None:
        folder: Path = settings.VAR_DIR / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        make_folders()
        if journal.standing().code:
            call_command("restore", "--replay", stdout=self.stdout)
        call_command("ensure_project", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        make_marker(folder)
        self._people(folder / "sign-ins.txt")
        if clips:
            self._submit(clips, "troubleshooting,training")
        else:
            self._samples(folder)

    def _people(self, sign_ins: Path) -> None:
        """Accounts with passwords of their own for this installation, kept readable by its user only."""
        if User.objects.filter(username=SUBMITTER).exists() and sign_ins.exists():
            return
        lines = [f"  {'name':<16}{'password':<20}role"]
        for username, (role, name, country) in PEOPLE.items():
            password = secrets.token_urlsafe(9)
            user = User.objects.filter(username=username).first()
            if user is None:
                today = clock.now().date()
                accounts.create_user(
                    COMMAND_LINE,
                    username,
                    password,
                    role,
                    display_name=name,
                    country=country,
                    trained_on=today,
                    statement_on=today,
                )
            else:
                accounts.set_password(COMMAND_LINE, user, password)
            lines.append(f"  {username:<16}{password:<20}{role.label}")
        submitter = User.objects.filter(username=SUBMITTER).first() or accounts.create_user(
            COMMAND_LINE, SUBMITTER, None, Role.SUBMITTER, display_name="Camera back end"
        )
        terms = accounts.KeyTerms("Demonstration", lasts=KEY_LASTS_AT_MOST)
        key = accounts.create_key(COMMAND_LINE, submitter, terms)
        lines += ["", f"  {SUBMITTER} submits clips with the API key", f"  {key}", ""]
        with open(os.open(sign_ins, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines))

    def _samples(self, folder: Path) -> None:
        portrait = settings.MODELS_DIR / "skimage" / "data" / "astronaut.png"
        for scene in SCENES:
            purposes = "troubleshooting,training" if scene.training else "troubleshooting"
            target = folder / "clips" / scene.name
            submitted = target / "submitted"
            if submitted.exists():
                continue
            (sample,) = make_samples(target, portrait, [scene])
            if self._submit(target, purposes):
                # It is the site's from here on: what is erased there is not left here, and does not come again.
                sample.unlink()
                submitted.touch()

    def _submit(self, folder: Path, purposes: str) -> bool:
        """Whether all of it was taken."""
        try:
            call_command("submit_clips", folder, purpose=purposes, submitter=SUBMITTER, stdout=self.stdout)
        except CommandError as error:
            # What was refused is told above; the site starts with the rest.
            self.stdout.write(str(error))
            return False
        return True
