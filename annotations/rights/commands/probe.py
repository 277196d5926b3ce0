"""`privacy probe`: what a scan has to look for, taken out before an erasure."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.management.in_person import in_person, person_argument
from annotations.rights import services
from annotations.rights.enums import ScopeKind
from annotations.rights.probes import probe_of
from annotations.rights.rules import OFFICER
from annotations.rights.scan.probe import create
from annotations.rights.scopes import Scope, reach

HELP = (
    "Writes a file with what an erasure must leave nowhere: references, words, digests, hashes of pictures, names of "
    "files, and pieces of keys that open nothing. The file is secret; delete it after the scan."
)
_KINDS = {"clip": ScopeKind.CLIP, "camera": ScopeKind.DEVICE, "owner": ScopeKind.OWNER}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=_KINDS)
    parser.add_argument("target", metavar="ID", help="the clip's id, or the pseudonym of the camera or owner")
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="where no file is yet")
    person_argument(parser, "the privacy officer who asks for it")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Writes the probe. Raises CommandError, DomainError, VisionError; then there is no file."""
    actor = in_person("privacy_probe", options).actor
    OFFICER.check(actor)
    scope = Scope(_KINDS[options["kind"]], options["target"])
    covered = reach(scope)
    made = probe_of(covered)
    path: Path = options["to"]
    try:
        descriptor = create(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be made: {error.strerror}.") from error
    try:
        services.record_probe(scope, covered, made.id, len(made.values), actor)
        made.write(descriptor)
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
    command.stdout.write(
        f"{len(made.values)} values to look for. The file is secret: delete it after the scan."
    )
    if made.left_out:
        command.stdout.write(f"Too short or too plain to be looked for: {len(made.left_out)}.")
