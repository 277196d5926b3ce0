import io

import pytest
from django.test import RequestFactory
from hypothesis import given, strategies as st

from annotations.core.http import parse_range, range_asked, ranged_response


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        ("", 10, None),
        ("bytes=0-3", 10, (0, 3)),
        ("bytes=4-", 10, (4, 9)),
        ("bytes=-3", 10, (7, 9)),
        ("bytes=-30", 10, (0, 9)),
        ("bytes=5-99", 10, (5, 9)),
        ("bytes=5-2", 10, None),
        ("bytes=0-1,4-5", 10, None),
        ("lines=0-1", 10, None),
        ("bytes=-", 10, None),
    ],
)
def test_parse_range(header: str, size: int, expected: tuple[int, int] | None) -> None:
    assert parse_range(header, size) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(ValueError, match=header):
        parse_range(header, 10)


@pytest.mark.django_db  # the end of a response is the end of its connections
@pytest.mark.parametrize("read", [0, 1])
def test_the_file_is_closed_also_when_nobody_reads_to_the_end(read: int) -> None:
    file = io.BytesIO(b"x" * 1_000_000)
    response = ranged_response(file, 1_000_000, "video/mp4", "")
    for _ in range(read):
        next(iter(response))
    response.close()
    assert file.closed


@given(content=st.binary(min_size=1, max_size=300), first=st.integers(0, 400), last=st.integers(0, 400))
def test_the_answer_holds_exactly_the_bytes_that_were_asked_for(
    content: bytes, first: int, last: int
) -> None:
    response = ranged_response(io.BytesIO(content), len(content), "video/mp4", f"bytes={first}-{last}")
    body = b"".join(response) if response.streaming else response.content
    if last < first:
        assert (response.status_code, body) == (200, content)
    elif first >= len(content):
        assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(content)}")
    else:
        assert (response.status_code, body) == (206, content[first : last + 1])
        assert int(response["Content-Length"]) == len(body)


@pytest.mark.parametrize(
    ("version", "etag", "asked"),
    [
        (None, "", "bytes=0-3"),
        (None, '"now"', "bytes=0-3"),
        ('"now"', '"now"', "bytes=0-3"),
        ('"before"', '"now"', ""),
        ('W/"now"', '"now"', ""),
        ("Mon, 30 Nov 2026 00:00:00 GMT", '"now"', ""),
        ('"now"', "", ""),
        ("", "", ""),
    ],
)
def test_a_part_is_one_of_the_version_that_was_asked_for(version: str | None, etag: str, asked: str) -> None:
    headers = {"Range": "bytes=0-3"} | ({} if version is None else {"If-Range": version})
    assert range_asked(RequestFactory().get("/", headers=headers), etag) == asked
