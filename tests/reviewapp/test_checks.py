"""What a program is told of the secrets that it was given, or lacks."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from reviewapp import checks
from reviewapp.local import given_its_own, programs as local_programs, shared
from reviewapp.settings import programs

Name = Callable[..., None]


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Name:
    """Makes this process a program of that name, with these secrets and no others."""

    def named(name: str, **given: str) -> None:
        for variable in programs.SECRETS:
            monkeypatch.delenv(variable, raising=False)
        for variable, value in {**given, "PROGRAM": name}.items():
            monkeypatch.setenv(variable, value)

    return named


def ids() -> list[str | None]:
    return [message.id for message in checks.check_secrets(None)]


def test_a_secret_without_need_is_an_error_and_stands_in_the_programs_log(
    named: Name, caplog: pytest.LogCaptureFixture
) -> None:
    named("worker-outside", DATABASE_URL="x", VAULT_KEYS_FILE="/run/secrets/vault_keys")
    assert ids() == ["reviewapp.E002"]
    with caplog.at_level(logging.WARNING):
        checks.say()
    assert "worker-outside was given VAULT_KEYS_FILE" in caplog.text
    assert "/run/secrets" not in caplog.text


def test_a_program_with_its_own_secrets_is_told_nothing(named: Name) -> None:
    for name, needed in programs.NEEDS.items():
        named(name, **dict.fromkeys(needed, "x"))
        assert ids() == []


def test_a_secret_without_need_is_not_read(named: Name, tmp_path: Path) -> None:
    """Though it lies where it would be looked for."""
    (tmp_path / "vault_keys").write_text("k1:" + "A" * 43 + "=")
    named("worker")
    assert dict(programs.keyring("VAULT_KEYS_FILE", tmp_path / "vault_keys")) == {"k1": bytes(32)}
    named("worker-outside")
    withheld = programs.keyring("VAULT_KEYS_FILE", tmp_path / "vault_keys")
    for use in (withheld.items, withheld.values, lambda: withheld["k1"], lambda: list(withheld)):
        with pytest.raises(ImproperlyConfigured, match="worker-outside is not given VAULT_KEYS_FILE"):
            use()
    named("beat")
    assert programs.databases() == {}
    assert programs.secret_keys(tmp_path / "vault_keys") == [""]


def test_a_secret_that_is_lacking_stops_the_start_and_is_named(named: Name) -> None:
    named("web")
    for read in (programs.secret_keys, programs.databases, programs.broker):
        with pytest.raises(ImproperlyConfigured, match="Set the environment variable"):
            read()


def test_a_program_that_does_not_say_who_it_is_is_warned_of_on_servers(named: Name, settings: Any) -> None:
    named("", VAULT_KEYS_FILE="x")
    assert ids() == []
    settings.SECRETS_BY_NEED = True
    assert ids() == ["reviewapp.W001"]
    named("wbe")
    with pytest.raises(ImproperlyConfigured, match="it is one of web, "):
        ids()


def test_the_secret_key_s_file_has_todays_key_first(named: Name, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("new\n\nolder\noldest\n")
    named("web")
    assert programs.secret_keys(tmp_path / "secret_key") == ["new", "older", "oldest"]


def test_each_program_of_one_machine_gets_its_row_and_no_more(tmp_path: Path) -> None:
    every = {**dict.fromkeys(programs.SECRETS, "x"), "PROGRAM": "command", "VAR_DIR": "var"}
    started = [given_its_own(each, every) for each in local_programs(8000, tmp_path)]
    by_hand_or_once = {"migrate", "command", "log-command"}
    assert {each.name for each in started} == set(programs.NEEDS) - by_hand_or_once
    for each in started:
        variables = {**shared(every), **each.variables}
        assert variables["PROGRAM"] == each.name
        assert set(variables) & set(programs.SECRETS) == programs.NEEDS[each.name]
