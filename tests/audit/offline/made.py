"""Logs made for the verifier's tests, written by the product's own writer, and their files to be tampered with."""

import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from annotations.audit.canonical import canonical
from annotations.audit.export.folder import ExportFolder, policy_text
from annotations.audit.offline import verify_log
from annotations.audit.tree import signed_notes, tiles
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.merkle import Frontier, leaf_hash
from annotations.audit.tree.signed_notes import COSIGNATURE, PrivateKey
from annotations.audit.tree.tiles import HEIGHT, WIDTH, Tile
from tests.audit.tree import client

ORIGIN = "example.com/log"
CUTS = (1, 100, 256, 300, 512, 600)


def entry(n: int, action: str = "clips.received", **more: Any) -> bytes:
    body = {
        "version": 1,
        "id": str(uuid.UUID(int=(0x0190_0000_0000 + n) << 80 | 0x7 << 76 | 0x8 << 60 | n)),
        "time": f"2026-03-01T12:{n // 60 % 60:02d}:{n % 60:02d}.000000Z",
        "action": action,
        "actor": {"pseudonym": f"person-{n % 7}", "role": "contractor"},
        "clip": None,
        "subject": f"owner-{n % 5}",
        "purpose": "training",
        "request": "",
        "data": {"n": n},
    }
    return canonical(body | more)


@dataclass
class Made:
    """A log in memory. `stored` are the hashes that its tiles hold: those of the entries, unless said."""

    entries: list[bytes] = field(default_factory=lambda: [entry(n) for n in range(CUTS[-1])])
    cuts: tuple[int, ...] = CUTS
    keys: list[tuple[PrivateKey, int, int | None]] = field(
        default_factory=lambda: [(PrivateKey.generate(ORIGIN), 0, None)]
    )
    witness: PrivateKey = field(default_factory=lambda: PrivateKey.generate("witness.example/w", COSIGNATURE))
    required: int = 0
    details: dict[int, tuple[bytes, bytes]] | None = None

    def root(self, size: int) -> bytes:
        frontier = Frontier()
        for each in self.entries[:size]:
            frontier.append(leaf_hash(each))
        return frontier.root()

    def note(self, size: int, *, origin: str = ORIGIN, keys: list[PrivateKey] | None = None) -> str:
        """The checkpoint of the first `size` entries, signed by those that should, and cosigned."""
        body = Checkpoint(origin, size, self.root(size)).format()
        signers = [
            key for key, since, until in self.keys if since <= size and (until is None or size < until)
        ]
        cosigned = self.witness.sign(body, timestamp=1_780_000_000).line if self.required else ""
        return signed_notes.sign(body, *(keys or signers)) + cosigned

    def policy(self) -> str:
        keys = [(key.public.vkey, since, until) for key, since, until in self.keys]
        return policy_text(ORIGIN, keys, [self.witness.public.vkey] if self.required else [], self.required)

    def write(self, folder: Path, *, checkpoints: list[str] | None = None) -> Path:
        size = len(self.entries)
        with ExportFolder(folder) as out:
            for tile in tiles.bundles(size):
                out.bundle(tile, self.entries[tile.index * WIDTH :][: tile.width])
            for tile, content in hash_tiles(self.entries).items():
                out.hashes(tile, content)
            for note in checkpoints or [self.note(cut) for cut in self.cuts if cut <= size]:
                out.checkpoint(note)
            if self.details is not None:
                out.begin_details()
                for index, (salt, detail) in sorted(self.details.items()):
                    out.detail(index, json.loads(self.entries[index])["id"], salt, detail)
            out.finish(size, self.policy())
        return folder

    def commit(self, index: int, detail: dict[str, Any], key: str = "") -> None:
        """Gives an entry a detail, kept in `details`."""
        salt, content = secrets.token_bytes(32), canonical(detail)
        more: dict[str, Any] = {"commitment": sha256(salt + content).hexdigest()}
        self.entries[index] = entry(index, **more, **({"key": key} if key else {}))
        self.details = {**(self.details or {}), index: (salt, content)}


def hash_tiles(entries: list[bytes]) -> dict[Tile, bytes]:
    """Every tile of hashes of a log."""
    frontier, levels = Frontier(), dict[int, list[bytes]]()
    for each in entries:
        for complete in frontier.append(leaf_hash(each)):
            if complete.level % HEIGHT == 0:
                levels.setdefault(complete.level // HEIGHT, []).append(complete.hash)
    return {
        tile: b"".join(levels[tile.level or 0][tile.index * WIDTH :][: tile.width])
        for tile in tiles.inventory(len(entries))
    }


# Tampering with the files of an export


def rebundle(folder: Path, number: int, size: int, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Changes the entries of one bundle, keeping the file in form."""
    tile = tiles.Tile(None, number, min(WIDTH, size - number * WIDTH))
    path = folder / tile.path
    path.write_bytes(tiles.bundle(change(client.split_bundle(path.read_bytes(), tile.width))))


def reseal(folder: Path, size: int | None = None) -> None:
    """Makes the manifest fit the files as they are now, as whoever tampers would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {name: sha256((folder / name).read_bytes()).hexdigest() for name in manifest["files"]}
    (folder / "manifest.json").write_bytes(verify_log.manifest_text(size or manifest["size"], files))


def retile(folder: Path, entries: list[bytes], levels: set[int] | None = None) -> None:
    """Makes the stored hashes fit these entries, on all levels or on some."""
    for tile, content in hash_tiles(entries).items():
        if levels is None or tile.level in levels:
            (folder / tile.path).write_bytes(content)


def codes(folder: Path, **options: Any) -> list[str]:
    """The codes of what the verifier finds, each once, in order."""
    return list(dict.fromkeys(each.code for each in verify_log.verify(folder, **options).problems))
