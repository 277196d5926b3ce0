"""C2SP tlog-tiles: the tree cut into files of at most 256 hashes, and its entries into bundles of at most 256."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotations.audit.tree.text import UINT64_LIMIT

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRY_LIMIT = 65_535  # bytes; lengths are two bytes long


class InvalidTile(ValueError):
    """A content that no log of this form has."""


@dataclass(frozen=True, order=True)
class Tile:
    """`width` hashes (256 when full) of level `level`, counted in tiles; level None is a bundle of entries."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its address below the log's own, e.g. `tile/0/x001/234.p/5`."""
        kind = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{index_path(self.index)}{partial}"


def index_path(index: int) -> str:
    """A tile's number in groups of three digits, all but the last led by `x`: 1234067 is `x001/x234/067`.

    Raises InvalidTile for what is no number of 64 bits (C2SP tlog-tiles, "Merkle Tree").
    """
    if not 0 <= index < UINT64_LIMIT:
        raise InvalidTile(f"{index} is no number of 64 bits")
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups)


def inventory(size: int) -> Iterator[Tile]:
    """Every tile of hashes that a tree of `size` leaves has, level by level."""
    level = 0
    while count := size >> (HEIGHT * level):
        yield from (Tile(level, index) for index in range(count // WIDTH))
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level += 1


def bundles(size: int) -> Iterator[Tile]:
    """Every bundle of entries that a log of `size` entries has."""
    yield from (Tile(None, index) for index in range(size // WIDTH))
    if size % WIDTH:
        yield Tile(None, size // WIDTH, size % WIDTH)


def bundle_of(index: int, size: int) -> Tile:
    """The bundle that holds entry `index` of a log of `size` entries. Raises ValueError beyond its end."""
    if not 0 <= index < size:
        raise ValueError(f"There is no entry {index} in a log of {size}")
    number = index // WIDTH
    return Tile(None, number, min(WIDTH, size - number * WIDTH))


def bundle(entries: Iterable[bytes]) -> bytes:
    """The content of a bundle: each entry behind its length in two bytes, big-endian.

    Raises InvalidTile for an entry that is too long.
    """
    pieces: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise InvalidTile(f"an entry of {len(entry)} bytes is longer than {ENTRY_LIMIT}")
        pieces += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(pieces)
