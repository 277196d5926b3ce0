"""Of the key of a request, into which its submitter may write anything, a keyed digest is kept."""

import importlib

import pytest
from django.apps import apps

from annotations.clips import lookups
from annotations.clips.models import Submission
from tests.factories import make_submitter

pytestmark = pytest.mark.django_db


def test_keys_that_are_there_become_digests_by_which_they_are_found() -> None:
    """In portions: one more than two of them."""
    migration = importlib.import_module("annotations.clips.migrations.0010_no_plain_request_keys")
    submitter, other = make_submitter(), make_submitter()
    plain = [f"order {number} of Erika" for number in range(1001)]
    Submission.objects.bulk_create(Submission(submitter=submitter, idempotency_key=key) for key in plain)
    Submission.objects.create(submitter=other, idempotency_key=plain[0])
    without = Submission.objects.create(submitter=other)
    migration.digest(apps, None)
    kept = set(Submission.objects.filter(submitter=submitter).values_list("idempotency_key", flat=True))
    assert kept == {lookups.of_request(submitter.pk, key)[0] for key in plain}
    (theirs,) = Submission.objects.filter(submitter=other).exclude(pk=without.pk)
    assert theirs.idempotency_key == lookups.of_request(other.pk, plain[0])[0]
    assert theirs.idempotency_key not in kept, "whose it is goes into the digest"
    without.refresh_from_db()
    assert without.idempotency_key is None
