import logging
import sys

import pytest

from reviewapp.logs import TokenFormatter


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GET /media/abc:def:ghi", "GET /media/…"),
        ("POST /receipt/abc/withdraw/", "POST /receipt/…/withdraw/"),
        ("GET /sign-in-link/abc-_d/", "GET /sign-in-link/…/"),
        ("GET /review/", "GET /review/"),
    ],
)
def test_tokens_do_not_reach_the_logs(line: str, expected: str) -> None:
    record = logging.LogRecord("any.library", logging.WARNING, "", 0, "Forbidden: %s", (line,), None)
    assert TokenFormatter("%(message)s").format(record) == f"Forbidden: {expected}"


def test_tracebacks_hold_no_tokens_either() -> None:
    try:
        raise ValueError("/receipt/secret-token/withdraw")
    except ValueError:
        record = logging.LogRecord("any", logging.ERROR, "", 0, "broke", None, sys.exc_info())
    text = TokenFormatter("%(message)s").format(record)
    assert "secret-token" not in text
    assert "/receipt/…/withdraw" in text
