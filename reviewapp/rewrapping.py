"""Bringing everything that is wrapped by a key-encryption key under the first one, so that older ones can go.

    rewrap(VAULT, tell)     the keys of originals, break-glass copies and training examples
    rewrap(SUBJECTS, tell)  the keys of subjects, and then the digests that find references and contents

Batches, each with its entry on the log. Killed anywhere, what was done is done and the next call goes on: what lies
under the first key already is passed over. The site may run meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from annotations.audit import log, services as audit
from annotations.audit.actors import COMMAND_LINE
from annotations.audit.sealed import Sealed, reseal_each
from annotations.audit.subject_keys import store
from annotations.audit.subjects import of_clip
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import lookups
from annotations.clips.models import Clip, Device, Original, Owner
from annotations.clips.references import references_of
from annotations.clips.selectors import digests_of
from annotations.core.wrapping import Damaged, WrappedKey, rewrap as rewrapped
from annotations.redaction.models import TrainingExample

VAULT, SUBJECTS, LOOKUPS = "vault", "subjects", "lookups"
BATCH = 100

Tell = Callable[[str], None]
Reached = Callable[[str], None]

IN_THE_VAULT: dict[str, type[Model]] = {
    "originals": Original,
    "copies for break-glass": BreakGlassAccess,
    "training examples": TrainingExample,
}
"""What has a file in the vault, and the wrapped key of it in its row."""
FOUND_BY_DIGEST: dict[str, tuple[type[Model], str]] = {
    "owners": (Owner, "lookup"),
    "cameras": (Device, "lookup"),
    "clips": (Clip, "content_lookup"),
}
"""What a digest finds that is derived from the keys of subjects, and the field that holds it."""


@dataclass(frozen=True)
class Done:
    """How much was brought under the first key, and how much no key of the ring opens."""

    count: int = 0
    damaged: int = 0

    def __add__(self, other: "Done") -> "Done":
        return Done(self.count + other.count, self.damaged + other.damaged)


def _nothing(point: str) -> None:
    """Does nothing; tests stop here."""


def rewrap(ring: str, tell: Tell, reached: Reached = _nothing) -> Done:
    """Brings what the ring wraps under its first key. Raises Unreachable.

    What was destroyed meanwhile stays destroyed: a row that has changed since it was read is left as it is.
    """
    if ring == VAULT:
        return _logged(VAULT, settings.VAULT_KEYS, _vault(tell, reached), reached)
    done = _logged(SUBJECTS, settings.SUBJECT_KEYS, _subjects(tell, reached), reached)
    store().forget_older()
    reached("forgotten")
    return done + _logged(LOOKUPS, settings.SUBJECT_KEYS, _lookups(tell, reached), reached)


def _logged(ring: str, keys: Mapping[str, bytes], batches: Iterator[Done], reached: Reached) -> Done:
    said = {"ring": ring, "key": first_of(keys)}
    with transaction.atomic():
        audit.append(log.REWRAP_BEGUN, COMMAND_LINE, data=said)
    reached("begun")
    done = sum(batches, Done())
    with transaction.atomic():
        data = {**said, "count": done.count, "damaged": done.damaged}
        audit.append(log.REWRAP_FINISHED, COMMAND_LINE, data=data)
    reached("finished")
    return done


def first_of(keys: Mapping[str, bytes]) -> str:
    """The id of the key that new things are wrapped by."""
    return next(iter(keys))


def _log_batch(ring: str, keys: Mapping[str, bytes], count: int) -> None:
    data = {"ring": ring, "key": first_of(keys), "count": count}
    audit.append(log.REWRAPPED, COMMAND_LINE, data=data)


def _vault(tell: Tell, reached: Reached) -> Iterator[Done]:
    keys = settings.VAULT_KEYS
    for name, model in IN_THE_VAULT.items():
        found = model._default_manager.exclude(wrapped_key=None).exclude(key_id=first_of(keys))
        done = Done()
        for rows in _batches(found.select_related("clip")):
            new, damaged = _wrapped_anew(rows, keys)
            with transaction.atomic():
                count = sum(_exchange(row, **fields) for row, fields in new)
                if count:
                    _log_batch(VAULT, keys, count)
                reached("exchanged")
            reached("committed")
            done += Done(count, damaged)
            tell(f"{name}: {done.count}")
            yield Done(count, damaged)


def _wrapped_anew(rows: list[Any], keys: Mapping[str, bytes]) -> tuple[list[tuple[Any, dict[str, Any]]], int]:
    """Each row with its fields under the first key, and how many rows no key opens. Destroyed ones are passed over."""
    damaged: set[int] = set()

    def change(place: int, wrapped: bytes) -> bytes:
        try:
            return rewrapped(keys, WrappedKey(rows[place].key_id, wrapped)).wrapped
        except Damaged:
            damaged.add(place)
            return wrapped

    sealed = reseal_each(
        [Sealed(of_clip(row.clip.public_id), bytes(row.wrapped_key)) for row in rows], change
    )
    new = [
        (row, {"wrapped_key": blob, "key_id": first_of(keys)})
        for place, (row, blob) in enumerate(zip(rows, sealed, strict=True))
        if blob is not None and place not in damaged
    ]
    return new, len(damaged)


def _subjects(tell: Tell, reached: Reached) -> Iterator[Done]:
    """On the log before the store is changed: that is another database, and commits by itself."""
    after, count = "", 0
    while rows := store().under_older_keys(after, BATCH):
        with transaction.atomic():
            _log_batch(SUBJECTS, settings.SUBJECT_KEYS, len(rows))
        reached("logged")
        damaged = store().rewrap(rows)
        reached("rewrapped")
        after, count = rows[-1].id, count + len(rows) - damaged
        tell(f"keys of subjects: {count}")
        yield Done(len(rows) - damaged, damaged)


def _lookups(tell: Tell, reached: Reached) -> Iterator[Done]:
    """Digests that find a reference or a content, derived from the first key. What was erased has none."""
    for name, (model, field) in FOUND_BY_DIGEST.items():
        count = 0
        for rows in _batches(model._default_manager.exclude(**{field: None})):
            new = [(row, digest) for row, digest in _DERIVED[name](rows) if digest != getattr(row, field)]
            with transaction.atomic():
                changed = sum(_exchange(row, **{field: digest}) for row, digest in new)
                if changed:
                    _log_batch(LOOKUPS, settings.SUBJECT_KEYS, changed)
                reached("exchanged")
            reached("committed")
            count += changed
            tell(f"{name} found anew: {count}")
            yield Done(changed)


def _of_owners(owners: list[Owner]) -> list[tuple[Owner, str]]:
    known = references_of(owners)
    named = [(each, known[each.pk]) for each in owners if each.pk in known]
    return [(each, lookups.of_reference(each.submitter_id, reference)[0]) for each, reference in named]


def _of_devices(devices: list[Device]) -> list[tuple[Device, str]]:
    known = references_of(devices)
    named = [(each, known[each.pk]) for each in devices if each.pk in known]
    return [(each, lookups.of_reference(each.owner_id, reference)[0]) for each, reference in named]


def _of_clips(clips: list[Clip]) -> list[tuple[Clip, str]]:
    known = digests_of(clips)
    return [(each, lookups.of_content(known[each.pk])[0]) for each in clips if each.pk in known]


_DERIVED: dict[str, Callable[[list[Any]], list[tuple[Any, str]]]] = {
    "owners": _of_owners,
    "cameras": _of_devices,
    "clips": _of_clips,
}


def _batches(found: Any) -> Iterator[list[Any]]:
    """The rows in the order of their keys, some at a time, whatever happens to those that were given."""
    rows = list(found.order_by("pk")[:BATCH])
    while rows:
        yield rows
        rows = list(found.filter(pk__gt=rows[-1].pk).order_by("pk")[:BATCH])


def _exchange(row: Any, **fields: Any) -> int:
    """Sets the fields if they are still as they were read; how many rows that were."""
    unchanged = {name: getattr(row, name) for name in fields}
    return int(type(row)._default_manager.filter(pk=row.pk, **unchanged).update(**fields))
