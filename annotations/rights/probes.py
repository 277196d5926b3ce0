"""Collecting what a scan has to look for, while it can still be read: before an erasure destroys the keys."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Model

from annotations.audit import details
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.sealed import Sealed, unseal_bytes_of_each
from annotations.audit.subject_keys import store
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import vault
from annotations.clips.memory import memory_file
from annotations.clips.models import Clip, Original
from annotations.clips.references import references_of
from annotations.clips.selectors import digests_of
from annotations.moderation.models import Fingerprint
from annotations.redaction.models import Rendition, TrainingExample
from annotations.review.models import Annotation, Draft
from annotations.review.sealed_words import draft_body, notes_of
from annotations.rights.scan.pictures import near
from annotations.rights.scan.probe import Kind, Probe, Value
from annotations.rights.scopes import Reach
from annotations.vision import confined
from annotations.vision.confined import DecodeOptions
from annotations.vision.limits import ANY_SIZE
from annotations.vision.pdq import BYTES, LEAST_QUALITY

MOST_FRAMES = 32
"""Of a clip, from all of it."""
MOST_HASHES = 16
"""Of a fingerprint, likewise."""
PIECE = slice(8, 24)
"""Of a wrapped key of 40 bytes: enough to find it, and of no use to open anything."""
SEALED_PIECE = slice(32, 48)
"""Of a sealed value, beyond its head and nonce: ciphertext."""
_SECONDS = 120.0
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_KEPT_IN_VAULT: tuple[type[Model], ...] = (Original, TrainingExample, BreakGlassAccess)


def probe_of(covered: Reach) -> Probe:
    """What an erasure of this must leave nowhere: no pseudonym, no number of a clip, no salted commitment.

    Raises Unreachable, and VisionError when a clip's pictures cannot be read.
    """
    values = [*_references(covered), *_words(covered), *_subject_keys(covered)]
    for clip in covered.clips:
        values += [*_digests(clip), *_kept_files(clip), *_fingerprint(clip), *_frames(clip, covered)]
    return Probe.of(values)


def _references(covered: Reach) -> Iterator[Value]:
    """How the submitter calls what goes itself."""
    for reference in references_of([*covered.owners, *covered.devices]).values():
        yield Value(Kind.REFERENCE, reference)


def _words(covered: Reach) -> Iterator[Value]:
    """Notes of labels and drafts, and what is told on the log under the subjects' keys."""
    labels = Annotation.objects.filter(assignment__clip__in=covered.clips).select_related("assignment__clip")
    for note in notes_of(labels).values():
        yield from _as_words(note.text)
    for draft in Draft.objects.filter(assignment__clip__in=covered.clips).select_related("assignment__clip"):
        body = draft_body(draft)
        yield from _as_words(body.get("note") if isinstance(body, dict) else None)
    told = EntryDetail.objects.filter(subject__in=covered.subjects).values("entry")
    for detail in details.read(LogEntry.objects.filter(pk__in=told)).values():
        yield from _as_words(detail.content)


def _as_words(content: Any) -> Iterator[Value]:
    """The texts within a value that somebody wrote; digests as digests, and no codes."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for each in content:
            yield from _as_words(each)
    elif isinstance(content, str) and _DIGEST.fullmatch(content):
        yield Value(Kind.DIGEST, bytes.fromhex(content))
    elif isinstance(content, str) and content.strip() and not _CODE.fullmatch(content):
        yield Value(Kind.WORDS, content)


def _subject_keys(covered: Reach) -> Iterator[Value]:
    keys = store()
    for subject in covered.subjects:
        for wrapped in keys.wrapped_of(subject):
            yield Value(Kind.KEY, wrapped[PIECE])


def _digests(clip: Clip) -> Iterator[Value]:
    digests = list(digests_of([clip]).values())
    digests += Rendition.objects.filter(clip=clip).values_list("sha256", flat=True)
    for digest in digests:
        yield Value(Kind.DIGEST, bytes.fromhex(digest))


def _kept_files(clip: Clip) -> Iterator[Value]:
    """The names of its own files, and pieces of the keys that open them, as they are stored.

    Files of releases are of many clips: their bytes are searched, and what they were called stays with the release.
    """
    for name in Rendition.objects.filter(clip=clip).values_list("name", flat=True):
        yield Value(Kind.FILE_NAME, _last(name))
    for model in _KEPT_IN_VAULT:
        rows = model._default_manager.filter(clip=clip).exclude(name="").values_list("name", "wrapped_key")
        for name, sealed in rows:
            yield Value(Kind.FILE_NAME, _last(name))
            if sealed:
                yield Value(Kind.KEY, bytes(sealed)[SEALED_PIECE])
                (wrapped,) = unseal_bytes_of_each([Sealed(clip.subject, bytes(sealed))])
                if wrapped:
                    yield Value(Kind.KEY, wrapped[PIECE])


def _last(name: str) -> str:
    """A file's own name, without folders."""
    return name.rpartition("/")[2]


def _fingerprint(clip: Clip) -> Iterator[Value]:
    """Some of the hashes of its pictures as they are stored, those of cropped pictures too."""
    found = Fingerprint.objects.filter(clip=clip).first()
    for hashes in (bytes(found.hashes), bytes(found.uncropped)) if found else ():
        for value in _some(_hashes_in(hashes), MOST_HASHES):
            yield Value(Kind.FINGERPRINT, value)


def _frames(clip: Clip, covered: Reach) -> Iterator[Value]:
    """Hashes of pictures of the clip, without those that other clips of the camera show as well."""
    found = Fingerprint.objects.filter(clip=clip).first()
    hashes = [*_shown_by(clip), *(_good(found) if found else ())]
    others = Fingerprint.objects.filter(clip__device=clip.device_id).exclude(clip__in=covered.clips)
    for other in others.values_list("hashes", flat=True) if clip.device_id else ():
        hashes = _unlike(hashes, bytes(other))
    for value in _some(hashes, MOST_FRAMES):
        yield Value(Kind.FRAME, value)


def _good(found: Fingerprint) -> list[bytes]:
    pairs = zip(_hashes_in(bytes(found.hashes)), bytes(found.qualities), strict=False)
    return [value for value, quality in pairs if quality >= LEAST_QUALITY]


def _shown_by(clip: Clip) -> list[bytes]:
    """The hashes of the key frames of its original, or of its rendition where the original is gone."""
    options = DecodeOptions(
        limits=ANY_SIZE, timeout_s=_SECONDS, without_landlock=settings.DECODE_WITHOUT_LANDLOCK
    )
    if original := Original.objects.filter(clip=clip).select_related("clip").first():
        with vault.opened(original) as plain:
            (told,) = confined.pictures([plain.fileno()], options)
    elif rendition := Rendition.objects.filter(clip=clip).order_by("-current").first():
        with storages["renditions"].open(rendition.name) as file, memory_file("rendition") as plain:
            for block in file.chunks():
                plain.write(block)
            plain.flush()
            (told,) = confined.pictures([plain.fileno()], options)
    else:
        return []
    return [bytes.fromhex(value) for value in told["hashes"]]


def _hashes_in(hashes: bytes) -> list[bytes]:
    return [hashes[start : start + BYTES] for start in range(0, len(hashes) - BYTES + 1, BYTES)]


def _unlike(hashes: list[bytes], others: bytes) -> list[bytes]:
    """Those that are not near one of the others."""
    alike = near(b"".join(hashes), others)
    return [value for value, is_near in zip(hashes, alike, strict=True) if not is_near]


def _some(values: list[bytes], most: int) -> list[bytes]:
    """At most so many, from all of them."""
    return values[:: max(1, -(-len(values) // most))]
