"""What an operator is told when the site starts."""

import logging

import pytest
from django.apps import apps

from annotations.vision import landlock


@pytest.mark.parametrize(("version", "warnings"), [(0, 1), (1, 0)])
def test_a_system_without_landlock_is_named_in_the_log(
    version: int, warnings: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(landlock, "version", lambda: version)
    with caplog.at_level(logging.WARNING):
        apps.get_app_config("redaction").ready()
    assert [record.getMessage().count("no Landlock") for record in caplog.records] == [1] * warnings
