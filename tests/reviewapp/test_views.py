import json

from django.test import RequestFactory

from reviewapp.views import csrf_failure


def test_a_call_without_the_token_against_forgery_is_answered_as_a_call() -> None:
    answer = csrf_failure(RequestFactory().post("/api/v1/clips"))
    assert answer.status_code == 403
    assert json.loads(answer.content)["code"] == "csrf_failed"
