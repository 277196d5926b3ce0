"""What a client of a log does with what it publishes: the other end of `annotations.audit.tree`."""

import re
from collections.abc import Sequence

from annotations.audit.tree import proofs
from annotations.audit.tree.merkle import HASH_SIZE
from annotations.audit.tree.text import decimal
from annotations.audit.tree.tiles import WIDTH, InvalidTile, Tile

_MAX_LEVEL = 63
_INDEX = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}", re.ASCII)


def parse_path(path: str) -> Tile:
    """The tile at this address; raises InvalidTile for one that `Tile.path` would not write."""
    head, _, rest = path.partition("/")
    kind, _, rest = rest.partition("/")
    number, dot, width_text = rest.partition(".p/")
    if head != "tile" or not _INDEX.fullmatch(number):
        raise InvalidTile(f"{path!r} is no tile's path")
    try:
        level = None if kind == "entries" else decimal(kind)
        width = decimal(width_text) if dot else WIDTH
    except ValueError:
        raise InvalidTile(f"{path!r} is no tile's path") from None
    tile = Tile(level, int(number.replace("x", "").replace("/", "")), width)
    if (level or 0) > _MAX_LEVEL or (dot and not 1 <= width < WIDTH) or tile.path != path:
        raise InvalidTile(f"{path!r} is no tile's path")
    return tile


def split_hashes(content: bytes, width: int) -> list[bytes]:
    """The hashes of a tile's content; raises InvalidTile unless there are exactly `width`."""
    if len(content) != width * HASH_SIZE:
        raise InvalidTile(f"a tile of {width} hashes has {width * HASH_SIZE} bytes, not {len(content)}")
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


def split_bundle(content: bytes, width: int) -> list[bytes]:
    """The entries of a bundle's content; raises InvalidTile unless there are exactly `width`, and no byte more."""
    entries = []
    at = 0
    while at < len(content):
        end = at + 2 + int.from_bytes(content[at : at + 2], "big")
        if len(content) < max(end, at + 2):
            raise InvalidTile("the bundle ends inside an entry")
        entries.append(content[at + 2 : end])
        at = end
    if len(entries) != width:
        raise InvalidTile(f"the bundle has {len(entries)} entries, not {width}")
    return entries


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, proof: Sequence[bytes], subtree: bytes
) -> None:
    """Raises InvalidProof unless the leaf is number `index` of the tree, inside the subtree [start, end)."""
    if end > start and start % (1 << (end - start - 1).bit_length()):
        raise proofs.InvalidProof(f"[{start}, {end}) is no subtree")
    proofs.verify_inclusion(leaf, index - start, end - start, proof, subtree)
