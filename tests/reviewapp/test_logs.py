import pytest

from reviewapp.logs import without_tokens


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        ("GET /media/abc:def:ghi", "GET /media/…"),
        ("POST /receipt/abc/withdraw/", "POST /receipt/…/withdraw/"),
        ("GET /review/", "GET /review/"),
    ],
)
def test_tokens_do_not_reach_the_logs(request_line: str, expected: str) -> None:
    assert without_tokens(None, "info", {"request": request_line})["request"] == expected
