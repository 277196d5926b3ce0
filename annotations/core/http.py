"""Answers to requests: errors with stable codes, byte ranges, JSON bodies."""

import datetime
import re
from collections.abc import Iterator
from typing import IO, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from annotations.core import clock
from annotations.core.errors import DomainError

_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_BLOCK = 256 * 1024


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the API as {"code", "message"} (and "fields" where several things are wrong)."""
    if isinstance(error, DomainError):
        return Response(error.as_dict(), status=error.status)
    if isinstance(error, Http404):
        return Response({"code": "not_found", "message": "There is nothing here."}, status=404)
    if isinstance(error, PermissionDenied):
        return Response({"code": "not_allowed", "message": "You may not do this."}, status=403)
    if isinstance(error, exceptions.ValidationError):
        return Response(
            {"code": "invalid", "message": "Some fields are wrong.", "fields": error.detail}, status=400
        )
    if isinstance(error, exceptions.APIException):
        return Response(
            {"code": str(error.default_code), "message": str(error.detail)}, status=error.status_code
        )
    return None


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """The first and last byte that a `Range` header asks for, of a body of `size` bytes.

    None means the whole body (no header, or one that RFC 9110 section 14.2 lets a server ignore); ValueError
    means that the range cannot be satisfied. Only single ranges are honoured.
    """
    match = _RANGE.match(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = int(last)
        if length == 0 or size == 0:
            raise ValueError(header)
        return max(0, size - length), size - 1
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise ValueError(header)
    return start, end


def range_asked(request: HttpRequest, etag: str = "") -> str:
    """The `Range` header as far as it counts; empty when the whole body is to be sent.

    With `If-Range` a part is asked for of that version only (RFC 9110, section 13.1.5): nothing fits a body without
    `etag`, and a web server that sends it for the site sees that the same way.
    """
    version = request.headers.get("If-Range")
    return request.headers.get("Range", "") if version is None or version == etag != "" else ""


def ranged_response(
    file: IO[Any], size: int, content_type: str, header: str, until: datetime.datetime | None = None
) -> HttpResponse | StreamingHttpResponse:
    """The file, or the part of it that `header` asks for (200, 206 or 416); closes the file when done.

    Whoever reads slowly gets nothing more from `until` on.
    """
    try:
        span = parse_range(header, size)
    except ValueError:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span or (0, size - 1)
    response = StreamingHttpResponse(
        _Span(file, start, end - start + 1, until), status=206 if span else 200, content_type=content_type
    )
    response["Content-Length"] = str(end - start + 1)
    response["Accept-Ranges"] = "bytes"
    if span:
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


class _Span:
    """Part of a file, in blocks. Django closes it with the response, also when nobody read to the end."""

    def __init__(self, file: IO[Any], start: int, length: int, until: datetime.datetime | None) -> None:
        self.file, self.start, self.length, self.until = file, start, length, until

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.start)
        left = self.length
        while left > 0 and (self.until is None or clock.now() < self.until):
            block = self.file.read(min(_BLOCK, left))
            if not block:
                return
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()
