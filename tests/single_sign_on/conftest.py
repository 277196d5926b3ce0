"""The real provider, once for each module, and the site's settings for it."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from annotations.single_sign_on import exchanges
from tests.single_sign_on.coming import SITE
from tests.single_sign_on.provider import Provider, running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with running(tmp_path_factory.mktemp("provider"), SITE) as provider:
        yield provider


@pytest.fixture
def provider(house: Provider) -> Iterator[Provider]:
    house.accounts.clear()
    with override_settings(**house.settings()):
        yield house


@pytest.fixture
def had(provider: Provider) -> Provider:
    """The provider, its document fetched before."""
    assert exchanges.fetch_document()
    return provider
