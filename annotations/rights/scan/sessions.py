"""What Django packs into a text: sessions, and other values that it signs, compressed and in base64."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

PACKED = re.compile(rb"\.(eJ[A-Za-z0-9_-]{6,})")
"""`django.core.signing.dumps(..., compress=True)`: a full stop, then the beginning of zlib's header in base64."""
_MOST = 10_000_000


def unpacked(content: bytes) -> Iterator[bytes]:
    """What is packed in a value, as far as it can be unpacked."""
    for found in PACKED.finditer(content):
        encoded = found[1]
        try:
            packed = base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
            yield zlib.decompressobj().decompress(packed, _MOST)
        except (binascii.Error, zlib.error):
            continue
