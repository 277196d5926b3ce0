"""Numbers and bytes inside text lines, each with exactly one accepted spelling."""

import base64
import binascii
import re

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)
UINT64_LIMIT = 2**64


def base64_encode(data: bytes) -> str:
    """Standard base 64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def base64_decode(text: str, *, one_spelling: bool = True) -> bytes:
    """The bytes of standard base 64; ValueError for anything that `base64_encode` would not write.

    So line breaks, missing padding and padding bits that are not zero are refused: two texts never mean the same.
    Without `one_spelling` padding bits may be anything, as widespread readers of signed notes have it.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    again = base64_encode(data)
    if again != text and (one_spelling or len(again) != len(text)):
        raise ValueError("not base64 in its one spelling")
    return data


def decimal(text: str) -> int:
    """An ASCII decimal without sign or leading zero, below 2^64; ValueError otherwise."""
    if not _DECIMAL.fullmatch(text) or (number := int(text)) >= UINT64_LIMIT:
        raise ValueError("not a decimal number without sign and leading zeros, below 2^64")
    return number
