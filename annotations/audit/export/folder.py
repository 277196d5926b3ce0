"""Writes an exported log to a folder, file by file (docs/audit-export.md). Pure: takes entries from anywhere."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from annotations.audit.canonical import canonical
from annotations.audit.offline import verify_log
from annotations.audit.tree import tiles
from annotations.audit.tree.tiles import Tile

FORMAT = verify_log.FORMAT


def policy_text(
    origin: str, keys: Sequence[tuple[str, int, int | None]], witnesses: Sequence[str], required: int
) -> str:
    """policy.json: whose signatures the log's checkpoints carry, and how many witnesses cosign the last one.

    A key is its vkey, the size from which on it signs checkpoints, and that from which on it no longer does.
    """
    value = {
        "cosignatures_required": required,
        "format": FORMAT,
        "keys": [{"since": since, "until": until, "vkey": vkey} for vkey, since, until in keys],
        "origin": origin,
        "witnesses": list(witnesses),
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


class ExportFolder:
    """An export while it is being written; used by `with`, and whole only after `finish`.

    The folder must not exist: an export is never written over another. Raises FileExistsError. What was written goes
    again when the writing fails.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._digests: dict[str, str] = {}
        self._lines: dict[str, tuple[BinaryIO, Any]] = {}

    def __enter__(self) -> "ExportFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for file, _ in self._lines.values():
            file.close()
        if error:
            shutil.rmtree(self.folder)

    def bundle(self, tile: Tile, entries: Iterable[bytes]) -> None:
        """A bundle of entries, by their exact bytes."""
        self._write(tile.path, tiles.bundle(entries))

    def hashes(self, tile: Tile, content: bytes) -> None:
        """A tile of hashes, as they are stored."""
        self._write(tile.path, content)

    def checkpoint(self, note: str) -> None:
        """A signed checkpoint; call in the order of their sizes."""
        self._line("checkpoints.jsonl", json.dumps(note, ensure_ascii=False).encode())

    def epoch(self, declaration: str) -> None:
        """The signed note that declared an epoch; call in the order of their numbers."""
        self._line(verify_log.EPOCHS, json.dumps(declaration, ensure_ascii=False).encode())

    def begin_details(self) -> None:
        """Says that the export tells of details, even when there are none."""
        self._line("details.jsonl", None)

    def detail(self, index: int, entry: str, salt: bytes, detail: bytes) -> None:
        """What an entry committed to; call in the order of the entries. `detail` is canonical JSON."""
        value = {"detail": detail.decode(), "entry": entry, "index": index, "salt": salt.hex()}
        self._line("details.jsonl", canonical(value))

    def finish(self, size: int, policy: str) -> None:
        """Adds the policy, the verifier and the manifest: now the export is whole."""
        for name, (file, digest) in self._lines.items():
            file.close()
            self._digests[name] = digest.hexdigest()
        self._write("policy.json", policy.encode(), keep=True)
        verifier = Path(verify_log.__file__)
        shutil.copyfile(verifier, self.folder / verifier.name)
        self._digests[verifier.name] = hashlib.sha256(verifier.read_bytes()).hexdigest()
        self._write("manifest.json", verify_log.manifest_text(size, self._digests))

    def _write(self, name: str, content: bytes, *, keep: bool = False) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if keep:
            self._digests[name] = hashlib.sha256(content).hexdigest()

    def _line(self, name: str, content: bytes | None) -> None:
        if name not in self._lines:
            self._lines[name] = (self.folder / name).open("xb"), hashlib.sha256()
        file, digest = self._lines[name]
        if content is not None:
            file.write(content + b"\n")
            digest.update(content + b"\n")
