"""Which passwords are refused because somebody guesses them first."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.accounts.passwords import OF_THE_SITE, holds
from tests.factories import PASSWORD

ANNA = User(username="anna.petrova", display_name="Anna Petrova", role=Role.LEAD)


def refused(password: str, user: User | None = ANNA) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {str(each.code) for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("1234567890123", "password_entirely_numeric"),
        ("Password12345!", "password_too_common"),
        ("!!!p@ssw0rd!!!", "password_too_common"),
        ("passwordpassword", "password_too_common"),
        ("Dragon-Dragon-1", "password_too_common"),
        ("2026iloveyou2026", "password_too_common"),
        ("ClipReview2026", "password_of_names"),
        ("workbench-workbench", "password_of_names"),
        ("petrova-anna-99", "password_of_names"),
        ("acmecorp-2026!", "password_of_names"),
        ("anna.petrova1", "password_too_similar"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, code: str, settings: Any) -> None:
    settings.CONTROLLER_NAME = "AcmeCorp Ltd"
    if code == "password_entirely_numeric":
        assert refused(password)
    else:
        assert code in refused(password)


def test_the_documents_list_the_words_of_the_site(settings: Any) -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "deployment.md").read_text()
    listed = ", ".join(f"*{word}*" for word in OF_THE_SITE)
    assert listed in " ".join(text.split())


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "clip of seven brown otters",
        "Zb9#kq!m2Lx0",
        "anna has nineteen umbrellas",
        "a long password of her own",
    ],
)
def test_long_phrases_are_taken_whatever_words_they_hold(password: str) -> None:
    assert refused(password) == set()


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def leaked(path: Path, *passwords: str, end: str = "\n", count: bool = True) -> Path:
    lines = sorted(digest(each) for each in passwords)
    made = [f"{line}:{random.Random(line).randrange(1, 10**6)}" if count else line for line in lines]
    path.write_bytes("".join(line + end for line in made).encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [True, False])
def test_what_has_leaked_is_refused_without_asking_anybody(
    end: str, count: bool, settings: Any, tmp_path: Path
) -> None:
    others = [f"another long password {n}" for n in range(500)]
    settings.BREACHED_PASSWORDS_FILE = leaked(tmp_path / "leaked", PASSWORD, *others, end=end, count=count)
    assert refused(PASSWORD) == {"password_breached"}
    assert all(refused(each) == {"password_breached"} for each in others[:20])
    assert refused("quite another long password") == set()


@pytest.mark.parametrize("size", [1, 2, 3, 10, 257])
def test_every_line_is_found_and_nothing_else(size: int, tmp_path: Path) -> None:
    known = [f"known {n}" for n in range(size)]
    path = leaked(tmp_path / "leaked", *known)
    with path.open("rb") as file:
        size_in_bytes = path.stat().st_size
        assert all(holds(file, size_in_bytes, digest(each).encode()) for each in known)
        assert not any(holds(file, size_in_bytes, digest(f"unknown {n}").encode()) for n in range(size))
        assert not holds(file, size_in_bytes, b"0" * 40)
        assert not holds(file, size_in_bytes, b"F" * 40)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "leaked"
    path.touch()
    with path.open("rb") as file:
        assert not holds(file, 0, b"0" * 40)


def test_a_list_that_cannot_be_read_lets_nobody_choose_a_password(settings: Any, tmp_path: Path) -> None:
    settings.BREACHED_PASSWORDS_FILE = tmp_path / "gone"
    assert refused("quite another long password") == {"passwords_not_checked"}


@pytest.mark.parametrize(
    ("content", "usable"),
    [
        ("A" * 40 + ":3\n" + "B" * 40 + ":1\n", True),
        ("A" * 40 + "\n", True),
        ("B" * 40 + ":3\n" + "A" * 40 + ":1\n", False),
        ("password\n", False),
        ("a" * 40 + ":3\n", False),
        ("", False),
        (None, False),
    ],
)
def test_a_list_in_another_form_stops_the_start(
    content: str | None, usable: bool, settings: Any, tmp_path: Path
) -> None:
    settings.BREACHED_PASSWORDS_FILE = tmp_path / "leaked"
    if content is not None:
        settings.BREACHED_PASSWORDS_FILE.write_text(content)
    assert ("accounts.E003" not in {message.id for message in run_checks()}) is usable


def test_a_list_of_words_becomes_a_file_of_the_form_that_is_read(tmp_path: Path, settings: Any) -> None:
    words, made = tmp_path / "words.txt", tmp_path / "list.txt"
    words.write_bytes(
        "zebra crossing nine\r\nüber den wolken 7\n\nzebra crossing nine\n".encode() + b"\xff\xfe not utf-8\n"
    )
    out = io.StringIO()
    for _ in range(2):
        call_command("make_password_list", str(words), str(made), stdout=out)
    assert out.getvalue() == f"3 passwords are in {made}.\n" * 2
    settings.BREACHED_PASSWORDS_FILE = made
    assert not [error for error in run_checks() if error.id == "accounts.E003"]
    for password in ("zebra crossing nine", "über den wolken 7"):
        assert refused(password) == {"password_breached"}
    assert refused("another good sentence") == set()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["list.txt", "words.txt"]


def test_a_list_of_nothing_replaces_none(tmp_path: Path) -> None:
    words, made = tmp_path / "words.txt", tmp_path / "list.txt"
    words.write_text("\n")
    made.write_text("as it was")
    with pytest.raises(CommandError, match="holds no password"):
        call_command("make_password_list", str(words), str(made))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("make_password_list", str(tmp_path / "none"), str(made))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("make_password_list", str(Path(__file__)), str(tmp_path / "no" / "list.txt"))
    assert made.read_text() == "as it was"
