"""Logs that were restored and go on in declared epochs, verified offline: what is honest, old copies, every tampering.

The logs are those of a real database, exported by the product.
"""

import contextlib
import io
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from annotations.audit.actors import COMMAND_LINE, WORKER
from annotations.audit.export.log_export import export
from annotations.audit.integrity.status import current_epoch, last_checkpoint
from annotations.audit.integrity.verification import verify
from annotations.audit.keys import changes
from annotations.audit.keys.policy import log_keys
from annotations.audit.models import Checkpoint, Epoch
from annotations.audit.offline import verify_log
from annotations.audit.sequencing import configured
from annotations.audit.tree import epochs, signed_notes, tiles
from annotations.audit.tree.checkpoints import Checkpoint as Tree
from annotations.audit.tree.epochs import Declaration
from annotations.audit.tree.log_keys import LogKey
from annotations.audit.tree.signed_notes import PrivateKey
from annotations.core.errors import Conflict
from tests.audit.offline.made import codes, reseal, retile
from tests.audit.offline.test_program import run
from tests.audit.sequencing.restores import OFFICER, Backup, append, declare, memory, seal
from tests.audit.tree import client

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@dataclass
class Site:
    """A site whose operator takes backups and restores them, and somebody who keeps everything that it signs."""

    chance: random.Random
    signed: list[str] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)

    def seal(self) -> None:
        seal(self.chance.randint(1, 12))
        self.signed.append(memory().read_text())

    def back_up(self) -> None:
        self.backups.append(Backup.take())

    def restore(self) -> None:
        """To any backup; the later ones are gone with it. When that lost something, two officers declare it."""
        if not self.backups:
            return
        chosen = self.chance.randrange(len(self.backups))
        self.backups = self.backups[: chosen + 1]
        self.backups[chosen].restore()
        append(self.chance.choice((0, 0, 1, 5, 40)))
        with contextlib.suppress(Conflict):
            declare()
        for key in log_keys():
            if key.until is None and not configured.own_keys().has(key.public):
                self.give_up(key.public.key_id.hex())

    def give_up(self, key_id: str) -> None:
        """Its private key was destroyed, and a backup brought it back that holds nothing less that was signed."""
        changes.new(configured.own_keys(), COMMAND_LINE)
        changes.retire(configured.own_keys(), key_id, COMMAND_LINE)

    def rotate(self) -> None:
        """A new key, and perhaps the end of another one."""
        folder = configured.own_keys()
        if current_epoch() > 1 and not began():
            with pytest.raises(Conflict, match="epoch_not_begun"):
                changes.new(folder, COMMAND_LINE)
            return
        changes.new(folder, COMMAND_LINE)
        signing = [key.public for key in log_keys() if key.until is None]
        if len(signing) > 2:
            changes.retire(folder, signing[0].key_id.hex(), COMMAND_LINE)

    def live(self, steps: int) -> None:
        acts = [self.seal, self.seal, self.back_up, self.restore, self.rotate]
        for _ in range(steps):
            self.chance.choice(acts)()
        self.seal()

    def export(self, folder: Path) -> Path:
        export(folder, OFFICER)
        return folder


def began() -> bool:
    """Whether a checkpoint was signed in the last epoch that was declared."""
    row = last_checkpoint()
    return row is not None and Tree.parse(signed_notes.parse(row.note).text).epoch == current_epoch()


def restored_once(tmp_path: Path) -> Path:
    """An export of a log of two epochs, with several checkpoints in each."""
    for _ in range(3):
        seal(10)
    backup = Backup.take()
    for _ in range(3):
        seal(10)
    backup.restore()
    declare()
    for _ in range(3):
        seal(10)
    export(tmp_path / "export", OFFICER)
    return tmp_path / "export"


@pytest.mark.both
@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.long) for n in range(6, 120))]
)
def test_whatever_was_restored_an_honest_log_is_accepted_and_old_copies_are_explained(
    seed: int, tmp_path: Path
) -> None:
    site = Site(random.Random(seed))
    site.live(14)
    found = verify(WORKER)
    assert found.problems == []
    report = verify_log.verify(site.export(tmp_path / "export"), deep=True)
    assert report.problems == []
    assert [each["number"] for each in report.epochs] == list(
        Epoch.objects.order_by("number").values_list("number", flat=True)
    )
    for number, note in enumerate(dict.fromkeys(site.signed)):
        kept = tmp_path / f"kept-{number}"
        kept.write_text(note)
        report = verify_log.verify(tmp_path / "export", trusted=[kept])
        assert report.problems == [], note
        published = Checkpoint.objects.filter(note=note).exists()
        assert published is not any("in the range that was lost" in each for each in report.notes)


def bundle(folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Changes the entries of the first bundle, which holds all, and makes the tree's files fit."""
    size = json.loads((folder / "manifest.json").read_text())["size"]
    path = folder / tiles.Tile(None, 0, size).path
    entries = change(client.split_bundle(path.read_bytes(), size))
    path.write_bytes(tiles.bundle(entries))
    retile(folder, entries)
    reseal(folder)


def lines(folder: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    path = folder / name
    notes = change([json.loads(line) for line in path.read_text().splitlines()])
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in notes))
    reseal(folder)


def declared(
    folder: Path, change: Callable[[Declaration], dict[str, Any]], key: PrivateKey | None = None
) -> None:
    """Another declaration in the place of the true one, signed by the log's own key unless another is given."""
    if key is None:
        (file,) = configured.own_keys().folder.glob("*.key")
        key = PrivateKey.parse(file.read_text().strip())
    own = key

    def changed(notes: list[str]) -> list[str]:
        true, _ = epochs.parse(notes[0])
        return [signed_notes.sign(Declaration(**{**vars(true), **change(true)}).format(), own), *notes[1:]]

    lines(folder, "epochs.jsonl", changed)


def smaller(folder: Path) -> Callable[[Declaration], dict[str, Any]]:
    """Goes on from an earlier checkpoint than it did."""
    notes = [json.loads(line) for line in (folder / "checkpoints.jsonl").read_text().splitlines()]
    first = Tree.parse(signed_notes.parse(notes[0]).text)
    return lambda _: {"restored": Tree(first.origin, first.size, first.root)}


def drop_epochs(folder: Path) -> None:
    (folder / "epochs.jsonl").unlink()
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["files"]["epochs.jsonl"]
    (folder / "manifest.json").write_bytes(verify_log.manifest_text(manifest["size"], manifest["files"]))


TAMPERINGS: dict[str, tuple[Callable[[Path], None], str]] = {
    "an entry altered": (
        lambda folder: bundle(folder, lambda found: [found[0].replace(b"system", b"sYstem"), *found[1:]]),
        "tree_rewritten",
    ),
    "a leaf dropped": (
        lambda folder: bundle(folder, lambda found: [*found[:40], *found[41:], found[40]]),
        "tree_rewritten",
    ),
    "two entries exchanged": (
        lambda folder: bundle(folder, lambda found: [found[1], found[0], *found[2:]]),
        "tree_rewritten",
    ),
    "a checkpoint left out": (
        lambda folder: lines(folder, "checkpoints.jsonl", lambda notes: [notes[0], *notes[2:]]),
        "checkpoint_left_out",
    ),
    "the first checkpoint left out": (
        lambda folder: lines(folder, "checkpoints.jsonl", lambda notes: notes[1:]),
        "checkpoint_left_out",
    ),
    "the last checkpoint of an epoch left out": (
        lambda folder: lines(folder, "checkpoints.jsonl", lambda notes: [*notes[:2], *notes[3:]]),
        "checkpoint_left_out",
    ),
    "a set-back that nobody declares": (drop_epochs, "epoch_undeclared"),
    "no declaration": (lambda folder: lines(folder, "epochs.jsonl", lambda _: []), "epoch_undeclared"),
    "a declaration twice": (
        lambda folder: lines(folder, "epochs.jsonl", lambda notes: [*notes, *notes]),
        "epoch_malformed",
    ),
    "a declaration that is none, before the true one": (
        lambda folder: lines(folder, "epochs.jsonl", lambda notes: ["nothing", *notes]),
        "epoch_malformed",
    ),
    "a declaration that is none": (
        lambda folder: lines(folder, "epochs.jsonl", lambda _: ["nothing"]),
        "epoch_malformed",
    ),
    "a declaration by another key": (
        lambda folder: declared(folder, lambda _: {}, PrivateKey.generate("clip-review.test/log")),
        "epoch_unsigned",
    ),
    "a declaration by somebody else, with the log's key": (
        lambda folder: declared(folder, lambda _: {"by": "p-other"}),
        "epoch_not_logged",
    ),
    "a larger loss than happened": (
        lambda folder: declared(folder, smaller(folder)),
        "epoch_overstated",
    ),
    "another tree to go on from": (
        lambda folder: declared(
            folder,
            lambda true: {"restored": Tree(true.restored.origin, true.restored.size, b"r" * 32)},
        ),
        "epoch_altered",
    ),
    "more lost than was signed": (
        lambda folder: declared(
            folder,
            lambda true: {"lost": true.lost.replace(f"\n{true.last.size}\n", f"\n{true.last.size + 9}\n")},
        ),
        "epoch_unsigned",
    ),
    "keys that signed nothing": (
        lambda folder: declared(folder, lambda _: {"keys": (another_key(),)}),
        "epoch_unsigned",
    ),
}


def another_key() -> LogKey:
    return LogKey(PrivateKey.generate("clip-review.test/log").public.vkey, 0, None)


@pytest.fixture
def restored_export(tmp_path: Path) -> Path:
    return restored_once(tmp_path)


def test_every_tampering_is_found_in_a_log_with_epochs(restored_export: Path, tmp_path: Path) -> None:
    assert codes(restored_export) == []
    for name, (tamper, code) in TAMPERINGS.items():
        folder = tmp_path / "tampered"
        shutil.copytree(restored_export, folder)
        tamper(folder)
        assert code in codes(folder), name
        shutil.rmtree(folder)


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(n, marks=pytest.mark.long) for n in range(200, 230))])
def test_tampering_is_found_whatever_was_restored(seed: int, tmp_path: Path) -> None:
    """Any entry altered, dropped or exchanged with any other, in a log of a random life."""
    site = Site(random.Random(seed))
    site.live(10)
    export = site.export(tmp_path / "export")
    size = json.loads((export / "manifest.json").read_text())["size"]
    assert size <= tiles.WIDTH
    one, two = sorted(site.chance.sample(range(size - 1), 2))

    def altered(found: list[bytes]) -> list[bytes]:
        return [*found[:one], found[one].replace(b'"version":1', b'"version":2'), *found[one + 1 :]]

    def dropped(found: list[bytes]) -> list[bytes]:
        return [*found[:one], *found[one + 1 :], found[one].replace(b'"version":1', b'"version":2')]

    def exchanged(found: list[bytes]) -> list[bytes]:
        return [*found[:one], found[two], *found[one + 1 : two], found[one], *found[two + 1 :]]

    tamperings: list[Callable[[Path], None]] = [
        partial(bundle, change=change) for change in (altered, dropped, exchanged)
    ]
    if Epoch.objects.exists():
        stranger = PrivateKey.generate("clip-review.test/log")
        tamperings += [drop_epochs, partial(declared, change=lambda _: {}, key=stranger)]
    for number, tamper in enumerate(tamperings):
        folder = tmp_path / f"tampered-{number}"
        shutil.copytree(export, folder)
        tamper(folder)
        assert codes(folder) != [], number


def test_every_byte_of_a_declaration_counts(restored_export: Path) -> None:
    path, choose = restored_export / "epochs.jsonl", random.Random(5)
    content = path.read_bytes()
    for place in choose.sample(range(len(content)), 120):
        value = choose.choice([each for each in range(256) if each != content[place]])
        path.write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
        reseal(restored_export)
        assert codes(restored_export) != [], f"byte {place} from {content[place]} to {value}"


def test_a_checkpoint_beyond_what_was_declared_lost_is_no_part_of_the_loss(
    restored_export: Path, tmp_path: Path
) -> None:
    """The old log went on without anybody's knowledge, or the declaration says less than there was."""
    (file,) = configured.own_keys().folder.glob("*.key")
    key = PrivateKey.parse(file.read_text().strip())
    signed = Epoch.objects.get().signed
    for size, code in ((signed + 1, "log_forked"), (10_000, "log_truncated")):
        kept = tmp_path / f"beyond-{size}"
        body = Tree("clip-review.test/log", size, b"r" * 32).format()
        kept.write_text(signed_notes.sign(body, key))
        assert codes(restored_export, trusted=[kept]) == [code]


def test_a_checkpoint_of_the_epoch_in_the_lost_range_must_fit(restored_export: Path, tmp_path: Path) -> None:
    """That sizes come again excuses nothing that was signed after the restore."""
    (file,) = configured.own_keys().folder.glob("*.key")
    epoch = Epoch.objects.get()
    body = Tree("clip-review.test/log", epoch.signed - 1, b"r" * 32, ("epoch 2",)).format()
    kept = tmp_path / "kept"
    kept.write_text(signed_notes.sign(body, PrivateKey.parse(file.read_text().strip())))
    assert codes(restored_export, trusted=[kept]) == ["log_forked"]


def test_the_program_ends_with_a_code_of_its_own_and_says_what_was_lost(restored_export: Path) -> None:
    ended = run(restored_export, "verify", str(restored_export))
    epoch = Epoch.objects.get()
    assert (ended.returncode, ended.stderr) == (3, "")
    assert ended.stdout.startswith("Whole, but for what restores took as declared: ")
    words = f"entries {epoch.restored} to {epoch.signed - 1} were lost with a restore and are covered by no proof."
    assert f"Note: Epoch 2 since {epoch.declared_at:%Y-%m-%d %H:%M:%S} UTC: {words}" in ended.stdout
    outcome = json.loads(run(restored_export, "verify", str(restored_export), "--json").stdout)
    assert outcome["epochs"] == [
        {
            "number": 2,
            "declared_at": epochs.parse(epoch.declaration)[0].declared_at,
            "first": epoch.restored,
            "last": epoch.signed - 1,
            "declaration": sha256(signed_notes.parse(epoch.declaration).text.encode()).hexdigest(),
        }
    ]
    assert run(restored_export, "prove", str(restored_export), "3").returncode == 0


def test_only_logs_with_epochs_have_the_other_format(restored_export: Path, tmp_path: Path) -> None:
    assert json.loads((restored_export / "manifest.json").read_text())["format"] == "audit-export/2"
    drop_epochs(restored_export)
    assert json.loads((restored_export / "manifest.json").read_text())["format"] == "audit-export/1"


def test_an_export_that_ends_before_the_epoch_begins_says_so(tmp_path: Path) -> None:
    """Nothing was signed since: the loss is declared, and its entry is not in the export yet."""
    seal(10)
    backup = Backup.take()
    seal(10)
    lost = memory().read_text()
    backup.restore()
    declare()
    done = export(tmp_path / "export", OFFICER, as_it_stands=True)
    report = verify_log.verify(tmp_path / "export")
    assert (report.problems, done.size, len(report.epochs)) == ([], 11, 1)
    (tmp_path / "kept").write_text(lost)
    assert codes(tmp_path / "export", trusted=[tmp_path / "kept"]) == []


def test_a_kept_verifier_says_when_the_export_s_own_is_another_one(
    restored_export: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    shutil.copyfile(verify_log.__file__, kept / "verify_log.py")
    same = run(kept, "verify", str(restored_export)).stdout
    assert "another program" not in same
    assert "This program lies in the export" not in same
    assert "This program lies in the export" in run(restored_export, "verify", str(restored_export)).stdout
    (restored_export / "verify_log.py").write_text("print('Whole')\n")
    reseal(restored_export)
    other = run(kept, "verify", str(restored_export))
    assert other.returncode == 3
    assert "is another program than this one" in other.stdout


def test_what_was_made_to_trip_it_does_not(restored_export: Path) -> None:
    for text in ("[" * 100_000, "null", '"x"', "7", '"audit-epoch/1\\n{}\\n\\n— a b\\n"', '"\\ud800"'):
        (restored_export / "epochs.jsonl").write_text(text + "\n")
        reseal(restored_export)
        assert "epoch_malformed" in codes(restored_export)


def test_the_export_command_tells_to_run_a_kept_verifier(tmp_path: Path) -> None:
    seal(3)
    call_command("audit", "export", str(tmp_path / "export"), stdout=(said := io.StringIO()))
    assert "that they kept" in said.getvalue()
