"""Changing the wrapping keys of the vault and of subjects: everything opens throughout, and the old key can go."""

import json
import os
import signal
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.audit import services as audit
from annotations.audit.actors import COMMAND_LINE, Actor
from annotations.audit.enums import DetailState, KeysDestroyed
from annotations.audit.models import LogEntry
from annotations.audit.selectors import present
from annotations.audit.subject_keys import store
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import vault
from annotations.clips.models import Clip, Original
from annotations.clips.references import owner_called
from annotations.clips.selectors import digests_of
from annotations.core.wrapping import Damaged
from annotations.redaction.models import TrainingExample
from reviewapp import rewrapping, wrapped
from tests.engines import databases
from tests.engines.forked import forked
from tests.factories import (
    make_break_glass_access,
    make_clip,
    make_original,
    make_ready_clip,
    make_training_example,
    reference_of,
)

NEW = {"new": b"n" * 32}
OLD = "test"
RINGS = ("VAULT_KEYS", "SUBJECT_KEYS")


@pytest.fixture(autouse=True)
def own_store(settings: Any, django_db_blocker: Any) -> None:
    """A store of subjects' keys that no other test's things lie in."""
    if settings.TEST_DATABASE == "postgresql":
        with django_db_blocker.unblock():
            settings.SUBJECT_STORE_URL = databases.databases().subject_store()


def quiet(text: str) -> None:
    """Says nothing."""


def change_keys(settings: Any) -> None:
    for ring in RINGS:
        setattr(settings, ring, {**NEW, **getattr(settings, ring)})


def take_old_keys_away(settings: Any) -> None:
    for ring in RINGS:
        setattr(settings, ring, NEW)


def filled() -> tuple[Clip, LogEntry]:
    """A clip with everything that lies under a wrapping key, and an entry with somebody's words about it."""
    clip = make_ready_clip()
    make_break_glass_access(clip=clip)
    make_training_example(clip)
    return clip, LogEntry.objects.get(action="break_glass.asked", clip=clip.public_id)


def opens(clip: Clip, entry: LogEntry) -> bool:
    """Whether everything of it opens and is found, as the keys now are."""
    example, access = TrainingExample.objects.get(clip=clip), BreakGlassAccess.objects.get(clip=clip)
    rows = [Original.objects.get(clip=clip), example, access]
    try:
        for row in rows:
            with vault.decrypted(clip, row.name, row.key_id, row.wrapped_key) as plain:  # type: ignore[attr-defined]
                assert plain.read(1)
    except Damaged:
        return False
    (line,) = present([entry])
    owner = owner_called(clip.submitter, reference_of(clip.owner))
    return line.detail_state == DetailState.READABLE and owner == clip.owner and bool(digests_of([clip]))


def under(key: str) -> dict[str, int]:
    """What lies under the key, by its ring."""
    return {each.ring: each.count for each in wrapped.under_each_key() if each.key == key and each.count}


def rewrap_all() -> rewrapping.Done:
    return rewrapping.rewrap("vault", quiet) + rewrapping.rewrap("subjects", quiet)


@pytest.mark.django_db
def test_everything_opens_by_the_new_keys_alone_and_by_the_old_ones_nothing_is_left(settings: Any) -> None:
    clip, entry = filled()
    lookups_before = (clip.owner.lookup, clip.content_lookup)
    old = {ring: getattr(settings, ring) for ring in RINGS}
    change_keys(settings)
    assert opens(clip, entry)
    assert under(OLD).keys() >= {"vault", "subjects", "lookups"}
    done = rewrap_all()
    assert done.damaged == 0
    assert under(OLD).keys() <= {"journal"}
    take_old_keys_away(settings)
    clip = Clip.objects.get(pk=clip.pk)
    assert opens(clip, entry)
    assert clip.owner.lookup != lookups_before[0]
    assert clip.content_lookup != lookups_before[1]
    for ring, keys in old.items():
        setattr(settings, ring, keys)
    assert store().find(store().of(clip.subject)) == {}, "the old key opens nothing any more"


@pytest.mark.django_db
def test_a_second_time_finds_nothing_and_both_are_on_the_log(settings: Any) -> None:
    filled()
    change_keys(settings)
    first = rewrap_all()
    again = rewrap_all()
    assert first.count > again.count == 0
    entries = LogEntry.objects.filter(action__startswith="keys.rewrap")
    assert entries.filter(action="keys.rewrap_begun").count() == 6
    assert entries.filter(action="keys.rewrap_finished").count() == 6
    assert entries.filter(action="keys.rewrapped").exists()
    assert set(entries.values_list("actor", flat=True)) == {COMMAND_LINE.pseudonym}


@pytest.mark.django_db
def test_what_was_destroyed_stays_destroyed(settings: Any) -> None:
    clip = make_clip()
    make_original(clip)
    audit.destroy_keys([clip.subject], Actor("p-officer22", "privacy_officer"), KeysDestroyed.OWNER_ASKED)
    change_keys(settings)
    assert rewrapping.rewrap("vault", quiet) == rewrapping.Done(0, 0)
    with pytest.raises(Damaged, match="was destroyed"), vault.opened(Original.objects.get(clip=clip)):
        pass


@pytest.mark.django_db
def test_what_no_key_opens_is_counted_left_alone_and_named(settings: Any) -> None:
    clip = make_clip()
    make_original(clip)
    settings.VAULT_KEYS = {"other": b"o" * 32}
    assert rewrapping.rewrap("vault", quiet) == rewrapping.Done(0, 1)
    out = StringIO()
    with pytest.raises(CommandError, match="under keys that are not here: vault test"):
        call_command("vault", "keys", stdout=out)
    assert "NOT HERE" in out.getvalue()
    settings.VAULT_KEYS = {"test": b"k" * 32}
    with vault.opened(Original.objects.get(clip=clip)) as plain:
        assert plain.read(1)


@pytest.mark.django_db
def test_a_row_that_changes_meanwhile_is_left_as_it_is(settings: Any) -> None:
    """Erased between being read and being exchanged."""
    clip = make_clip()
    original = make_original(clip)
    change_keys(settings)

    def erased(point: str) -> None:
        if point == "begun":
            return
        assert not Original.objects.filter(pk=original.pk).exists()

    batches = rewrapping._batches

    def deleting(found: Any) -> Iterator[list[Any]]:
        for rows in batches(found):
            Original.objects.filter(pk=original.pk).delete()
            yield rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewrapping, "_batches", deleting)
        assert rewrapping.rewrap("vault", quiet, erased).count == 0


@pytest.mark.django_db
def test_the_command_says_how_much_lies_under_each_key_and_which_may_go(settings: Any) -> None:
    filled()
    change_keys(settings)
    out, err = StringIO(), StringIO()
    call_command("vault", "keys", stdout=out)
    before = {tuple(line.split()[:2]): line.split()[2:] for line in out.getvalue().splitlines()}
    assert int(before["vault", OLD][0]) == 3
    assert before["vault", "new"] == ["0", "first"]
    out = StringIO()
    call_command("vault", "rewrap", stdout=out, stderr=err)
    after = {tuple(line.split()[:2]): line.split()[2:] for line in out.getvalue().splitlines()}
    for ring in ("vault", "subjects", "lookups"):
        assert after[ring, OLD] == ["0", "may", "be", "taken", "away"]
        assert int(after[ring, "new"][0]) > 0
    assert "originals: 1" in err.getvalue()
    with pytest.raises(CommandError, match="no ring journal"):
        call_command("vault", "rewrap", "journal")


def rewrap_and_die(step: int) -> None:
    """In a process of its own, which kills itself at the n-th point that it reaches."""
    left = [step]

    def reached(point: str) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    rewrapping.rewrap("vault", quiet, reached)
    rewrapping.rewrap("subjects", quiet, reached)


@pytest.mark.engines
@pytest.mark.parametrize("clips", [1, pytest.param(12, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_killed_at_any_step_everything_opens_and_the_next_one_goes_on(
    clips: int, fresh_database: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time with one more key, so that each time there is everything to do; the last process is not killed."""
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    sites = [filled() for _ in range(clips)]
    step, ended = 0, False
    while not ended:
        step += 1
        for ring in RINGS:
            setattr(settings, ring, {f"n{step}": step.to_bytes(32), **getattr(settings, ring)})
        process = forked(rewrap_and_die, step)
        process.join(60)
        ended = process.exitcode == 0
        assert ended or process.exitcode == -signal.SIGKILL
        for clip, entry in sites:
            assert opens(clip, entry), step
        assert logged(f"n{step}") >= sum(under(f"n{step}").get(ring, 0) for ring in ("vault", "subjects")), (
            "nothing is done of which the log does not tell"
        )
    assert step > 20
    for ring in RINGS:
        setattr(settings, ring, {f"n{step}": step.to_bytes(32)})
    for clip, entry in sites:
        assert opens(Clip.objects.get(pk=clip.pk), entry)


def logged(key: str) -> int:
    """How many things entries say were brought under the key."""
    entries = LogEntry.objects.filter(action="keys.rewrapped")
    told = [json.loads(bytes(entry.canonical))["data"] for entry in entries]
    return sum(data["count"] for data in told if data["key"] == key)
