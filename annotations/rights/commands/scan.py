"""`privacy scan`: searches every store for what a probe holds."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotations.accounts.management.in_person import person_argument
from annotations.core import clock
from annotations.rights import services
from annotations.rights.commands.officers import REFUSED, officer_in_person
from annotations.rights.scan import expected, probe
from annotations.rights.scan.expected import BadCertificate
from annotations.rights.scan.probe import BadProbe, Probe
from annotations.rights.scan.report import Report
from annotations.rights.scan.scan import Choices, scan
from annotations.rights.scan.stores import stores
from annotations.rights.services import ScanCounts
from annotations.vision.confined import DecodeOptions
from annotations.vision.limits import ANY_SIZE

HELP = (
    "Searches databases, files, archives, pictures, the broker and logs for the values of a probe. Ends with 1 when "
    "something is found, with 2 when something could not be searched. Never shows a value."
)
_SECONDS = 300.0


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--probe", type=Path, metavar="FILE", help="what to look for, as `privacy probe` wrote it"
    )
    parser.add_argument(
        "--value", action="append", default=[], metavar="TEXT", help="a text or digest to look for"
    )
    parser.add_argument(
        "--stdin", action="store_true", help="read such values from standard input, one a line"
    )
    parser.add_argument(
        "--expected",
        type=Path,
        metavar="CERTIFICATE",
        help="the certificate that says what is kept, and until when",
    )
    parser.add_argument(
        "--also",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="a folder or file to search besides",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=list(stores()),
        metavar="STORE",
        help="a store to leave out",
    )
    parser.add_argument("--json", action="store_true", help="the report for programs")
    person_argument(parser, "the privacy officer who asks for it")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Prints the report; ends the program with 1 or 2 when there is something to tell."""
    actor = officer_in_person("privacy_scan", options)
    looked_for = _probe(options)
    choices = Choices(
        also=options["also"],
        without=options["without"],
        skipped=[options["probe"]] if options["probe"] else [],
        kept=_kept(options["expected"]),
        decoding=DecodeOptions(
            limits=ANY_SIZE, timeout_s=_SECONDS, without_landlock=settings.DECODE_WITHOUT_LANDLOCK
        ),
    )
    report = scan(looked_for, choices, clock.now(), command.stderr.write)
    counts = ScanCounts(
        values=len(looked_for.searched),
        stores=len(report.searched),
        findings=len(report.findings),
        kept=len(report.kept),
        unsearched=len(report.unsearched),
    )
    services.record_scan(looked_for.id, counts, actor)
    short = len(looked_for.left_out)
    if options["json"]:
        command.stdout.write(json.dumps({**report.as_dict(), "values_not_searched": short}, indent=1))
    else:
        command.stdout.write("\n".join(_lines(report, len(looked_for.searched), short)))
    if report.exit_code:
        sys.exit(report.exit_code)


def _probe(options: dict[str, Any]) -> Probe:
    """The values of the file and those that were given."""
    typed = [*options["value"], *(sys.stdin.read().splitlines() if options["stdin"] else [])]
    given = [probe.given(each) for each in typed if each.strip()]
    try:
        if options["probe"]:
            read = probe.read(options["probe"])
            return Probe((*read.values, *given), read.id)
    except BadProbe as error:
        raise CommandError(str(error), returncode=REFUSED) from error
    if not given:
        raise CommandError("Say what to look for: --probe, --value or --stdin.", returncode=REFUSED)
    return Probe.of(given)


def _kept(certificate: Path | None) -> expected.Kept:
    try:
        return expected.read(certificate) if certificate else expected.NOTHING_KEPT
    except BadCertificate as error:
        raise CommandError(str(error), returncode=REFUSED) from error


def _lines(report: Report, searched: int, short: int) -> list[str]:
    told = report.as_dict()
    lines = [f"Looked for {searched} values in {len(report.searched)} stores."]
    if short:
        lines.append(f"Too short or too plain to be looked for: {short} values.")
    if report.left_out:
        lines.append(f"Left out: {', '.join(report.left_out)}.")
    found = [(each["store"], each["place"], each["kind"], str(each["count"])) for each in told["findings"]]
    kept = [
        (each["store"], each["place"], each["kind"], f"kept until {each['until']}, by the certificate")
        for each in told["kept"]
    ]
    missed = [(each["store"], each["place"], "", each["why"]) for each in told["not_searched"]]
    for title, rows in (("Found:", found), ("Kept:", kept), ("Not searched:", missed)):
        if rows:
            lines += ["", title, *_table(rows)]
    return [
        *lines,
        "",
        "Something is left." if found else "Nothing else is left." if kept else "Nothing is left.",
    ]


def _table(rows: list[tuple[str, str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["  ".join([*(row[n].ljust(widths[n]) for n in range(3)), row[3]]).rstrip() for row in rows]
