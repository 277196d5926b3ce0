"""Reading a list of known content: text or CSV, one PDQ hash of 64 hexadecimal digits a line, with an optional
quality behind a comma, tab or space. Empty lines, lines that begin with `#` and one heading are passed over.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from annotations.core.errors import Invalid
from annotations.vision.pdq import LEAST_QUALITY

_LINE = re.compile(r"(?P<hash>[0-9a-fA-F]{64})(?:[\s,;]+(?P<quality>\d{1,3}))?(?:[\s,;].*)?", re.ASCII)
_LONGEST_LINE = 1000
_SHOWN = 5


@dataclass(frozen=True)
class HashFile:
    """The hashes of a file, each once, 32 bytes after 32 bytes; how many were left out for their quality."""

    hashes: bytes
    left_out: int

    @property
    def count(self) -> int:
        return len(self.hashes) // 32


def read_hashes(lines: Iterable[bytes], most: int) -> HashFile:
    """The hashes of a file.

    Raises Invalid: `list_unreadable` with the numbers of the lines that are no hashes, `list_empty`, `list_too_long`.
    """
    hashes: dict[bytes, None] = {}
    left_out = 0
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        text = line[:_LONGEST_LINE].decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
        if not text or text.startswith("#") or (number == 1 and text.lower().startswith(("hash", "pdq"))):
            continue
        match = _LINE.fullmatch(text)
        if match is None or len(line) > _LONGEST_LINE or int(match["quality"] or 100) > 100:
            wrong.append(str(number))
            if len(wrong) > _SHOWN:
                break
            continue
        if int(match["quality"] or 100) < LEAST_QUALITY:
            left_out += 1
            continue
        hashes[bytes.fromhex(match["hash"])] = None
        if len(hashes) > most:
            raise Invalid("list_too_long", f"A list has at most {most:,} hashes. Divide it into several.")
    if wrong:
        more = " and more" if len(wrong) > _SHOWN else ""
        raise Invalid(
            "list_unreadable",
            f"No hash (64 hexadecimal digits, then perhaps a quality from 0 to 100) in line "
            f"{', '.join(wrong[:_SHOWN])}{more}. Nothing was stored: correct the file and upload it again.",
        )
    if not hashes:
        raise Invalid("list_empty", f"There is no hash of a quality of {LEAST_QUALITY} or more in this file.")
    return HashFile(b"".join(hashes), left_out)
