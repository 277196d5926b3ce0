"""`privacy probe`: what a scan has to look for, taken out before an erasure."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from annotations.accounts.management.in_person import person_argument
from annotations.clips.models import Clip, Device, Owner
from annotations.clips.selectors import id_span
from annotations.rights import services
from annotations.rights.commands.officers import REFUSED, officer_in_person
from annotations.rights.enums import ScopeKind
from annotations.rights.probes import probe_of
from annotations.rights.scan.probe import create
from annotations.rights.scopes import Scope, reach

HELP = (
    "Writes a file with what an erasure must leave nowhere: references, words, digests, hashes of pictures, names of "
    "files, and pieces of keys that open nothing. The file is secret; delete it after the scan."
)
_PREFIXES = {"camera": "d", "owner": "o"}
_LEAST = 4
_KINDS = {"clip": ScopeKind.CLIP, "camera": ScopeKind.DEVICE, "owner": ScopeKind.OWNER}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("kind", choices=_KINDS)
    parser.add_argument(
        "target",
        metavar="ID",
        help="the clip's id, or the pseudonym of the camera or owner; its beginning, where nothing else begins so",
    )
    parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="where no file is yet")
    person_argument(parser, "the privacy officer who asks for it")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Writes the probe. Raises CommandError, DomainError, VisionError; then there is no file."""
    actor = officer_in_person("privacy_probe", options)
    scope = _scope(options["kind"], options["target"].strip().lower())
    covered = reach(scope)
    made = probe_of(covered)
    path: Path = options["to"]
    try:
        descriptor = create(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be made: {error.strerror}.", returncode=REFUSED) from error
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


def _scope(kind: str, typed: str) -> Scope:
    """What is called so, or is the only one that begins so. Raises CommandError."""
    found = _called(kind, typed)
    if len(found) == 1:
        return Scope(_KINDS[kind], found[0])
    what = "its id, as its dossier shows it, or six or more of its first digits"
    if kind != "clip":
        what = f"its pseudonym, as the log shows it ({_PREFIXES[kind]}-…), or how that begins"
    why = f"Several begin with {typed}: type more of it." if found else f"There is no such {kind}: {typed}."
    raise CommandError(f"{why} A {kind} is named by {what}.", returncode=REFUSED)


def _called(kind: str, typed: str) -> list[str]:
    """The name that was typed, or the first two that begin so."""
    if kind == "clip":
        span = id_span(typed)
        clips = Clip.objects.filter(public_id__range=span) if span else Clip.objects.none()
        return [str(each) for each in clips.order_by("public_id").values_list("public_id", flat=True)[:2]]
    holders: QuerySet[Device] | QuerySet[Owner] = (
        Device.objects.all() if kind == "camera" else Owner.objects.all()
    )
    if holders.filter(pseudonym=typed).exists():
        return [typed]
    if not typed.startswith(f"{_PREFIXES[kind]}-") or len(typed) < _LEAST:
        return []
    begin = holders.filter(pseudonym__startswith=typed).order_by("pseudonym")
    return list(begin.values_list("pseudonym", flat=True)[:2])
