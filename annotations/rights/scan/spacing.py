"""Words parted by something else than one space: line ends, indents, escapes of them, soft line ends of mail."""

# A line of quoted-printable text (RFC 2045, section 6.7) that goes on: it parts nothing.
_SOFT_ENDS = (b"=\r\n", b"=\n")
# What parts words, in small letters: a no-break space in UTF-8, and escapes in HTML, JSON, mail and addresses.
_SPACES: dict[bytes, tuple[bytes, ...]] = {
    b"\xc2": (b"\xc2\xa0",),
    b"&": (b"&nbsp;", b"&#160;", b"&#xa0;", b"&#32;", b"&#x20;", b"&#10;", b"&#13;", b"&#xa;", b"&#xd;"),
    b"\\": (b"\\u0020", b"\\u00a0", b"\\u000a", b"\\u000d", b"\\u0009", b"\\n", b"\\r", b"\\t"),
    b"=": (b"=c2=a0", b"=20", b"=a0", b"=0a", b"=0d", b"=09"),
    b"%": (b"%c2%a0", b"%20", b"%0a", b"%0d", b"%09"),
}
_ONE_BYTE = bytes.maketrans(b"\t\n\v\f\r\xa0", b" " * 6)

LONGEST = 1024
"""Bytes of a value with everything that parts its words, where it is cut between two blocks."""


def evened(content: bytes) -> bytes:
    """The bytes, whose ASCII letters are small, with one space for whatever parts words.

    Nothing is decoded: what is no escape is treated as one as well. So both what is searched for and what is searched
    are evened.
    """
    if b"=" in content:
        for end in _SOFT_ENDS:
            content = content.replace(end, b"")
    for first, written in _SPACES.items():
        if first in content:
            for each in written:
                content = content.replace(each, b" ")
    content = content.translate(_ONE_BYTE)
    while b"  " in content:
        content = content.replace(b"  ", b" ")
    return content
