"""Zip archives whose bytes depend on nothing but their content."""

from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

# The earliest date that a zip can hold.
EPOCH = (1980, 1, 1, 0, 0, 0)


class Archive:
    """Writes a zip: fixed dates, the order of the calls, no compression, which could differ between versions."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_STORED)

    def store(self, name: str, content: bytes) -> None:
        """Adds a small file."""
        entry = ZipInfo(name, EPOCH)
        entry.external_attr = 0o644 << 16
        self._zip.writestr(entry, content)

    def store_blocks(self, name: str, blocks: Iterable[bytes]) -> None:
        """Adds a file of any size, which is not in memory at once. Readable by its owner only once unpacked."""
        with self._zip.open(ZipInfo(name, EPOCH), "w", force_zip64=True) as out:
            for block in blocks:
                out.write(block)

    def close(self) -> None:
        """Writes the table of contents. May be called again."""
        self._zip.close()
