"""One scan: a probe, all stores, a report."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from annotations.rights.scan.expected import NOTHING_KEPT, Kept
from annotations.rights.scan.files import Files
from annotations.rights.scan.matcher import Matcher
from annotations.rights.scan.pictures import Pictures
from annotations.rights.scan.probe import Kind, Probe
from annotations.rights.scan.progress import Progress
from annotations.rights.scan.report import Report
from annotations.rights.scan.stores import DATABASE, DATABASE_FILES, Searched, search
from annotations.rights.scan.tables import Tables
from annotations.vision.confined import DecodeOptions

FINGERPRINTS = "moderation_fingerprint."
"""The table in which the fingerprint of a discarded clip may be kept."""


@dataclass(frozen=True)
class Choices:
    """`also` are files and folders to search beside the stores, `without` names of stores that are left out, `skipped`
    files that are not searched: the probe. `kept` is what the certificate of the erasure names."""

    also: Sequence[Path] = ()
    without: Collection[str] = ()
    skipped: Sequence[Path] = ()
    kept: Kept = NOTHING_KEPT
    decoding: DecodeOptions = field(default_factory=DecodeOptions)


def scan(probe: Probe, choices: Choices, now: datetime, on_progress: Callable[[str], None]) -> Report:
    """Searches everything for the values of the probe. What could not be searched stands in the report."""
    report = Report(left_out=tuple(choices.without))
    matcher = Matcher(probe.searched)
    pictures = Pictures(probe.searched, choices.decoding, report)
    progress = Progress(on_progress)
    files = Files(matcher, pictures, report, progress)
    for path in choices.skipped:
        files.skip(path)
    searched = Searched(matcher, pictures, files, Tables(matcher, report, progress), report)
    search(searched, also=choices.also, without=choices.without, progress=progress)
    if choices.kept.covers(now):
        _move_expected(report, choices.kept)
    return report


def _move_expected(report: Report, kept: Kept) -> None:
    """Fingerprints in their table, or in the database's files, are what the certificate names."""
    for place, kind in list(report.findings):
        in_table = place.store == DATABASE and place.where.startswith(FINGERPRINTS)
        if kind == Kind.FINGERPRINT and (in_table or place.store == DATABASE_FILES):
            report.kept[place, kind] = report.findings.pop((place, kind))
    report.until = kept.until
