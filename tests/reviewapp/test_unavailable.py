"""A page that needs what does not answer says so, instead of calling it a fault of the site."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from tests.factories import make_clip, make_user


@pytest.mark.once
@pytest.mark.django_db
def test_a_page_without_the_store_of_keys_is_not_available(client: Client, settings: Any) -> None:
    make_clip()
    client.force_login(make_user(Role.OPERATOR))
    assert client.get(reverse("clips:cameras")).status_code == 200
    settings.SUBJECT_STORE_URL = "postgresql://review_app@127.0.0.1:1/none"
    response = client.get(reverse("clips:cameras"))
    assert response.status_code == 503
    assert "The store of the keys does not answer" in response.content.decode()
