"""Passwords that somebody guesses first: common ones with small changes, names from here, and those that have leaked.

Nothing is asked of anybody else. Django's validators come before these: at least twelve signs, none of the 20,000 most
common, not too like the person's name.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotations.accounts.models import User

OF_THE_SITE = ("clip", "review", "workbench", "annotations")
SHORTEST_WORD = 4
LEFT_AT_LEAST = 8
"""So many signs have to be left of a password without the names that are known here."""

LINE = re.compile(rb"[0-9A-F]{40}(:\d+)?\r?\n?")
"""A line of a file of leaked passwords: SHA-1 in capitals, and how often it was found."""

_AS_LETTERS = str.maketrans("013457@$!", "oieastasi")


def digest_of(password: str) -> str:
    """The password as a file of leaked ones names it."""
    content = password.encode(errors="surrogateescape")
    return hashlib.sha1(content, usedforsecurity=False).hexdigest().upper()


class ChangedCommonValidator:
    """Refuses a common password with signs and digits around it, with digits for letters, or said twice."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError `password_too_common`."""
        lowered = password.lower()
        trimmed = lowered.strip("0123456789 !?.,;:-_#*+$@&%/()=<>'\"")
        cores = {
            _letters(lowered),
            _letters(lowered.translate(_AS_LETTERS)),
            _letters(trimmed.translate(_AS_LETTERS)),
        }
        if any(_once(core) in _common() for core in cores if core):
            raise ValidationError(
                _("This password is a common one with small changes."), "password_too_common"
            )

    def get_help_text(self) -> str:
        return _("It is no common password with digits or signs around it, nor one said twice.")


class KnownWordsValidator:
    """Refuses a password that is little more than the names of the site, of its operator, or of the person."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError `password_of_names`."""
        names = [settings.CONTROLLER_NAME, *([user.username, user.display_name] if user else [])]
        words = {*OF_THE_SITE, *(word for name in names for word in re.split(r"[\W_]+", name.lower()))}
        left = password.lower()
        for word in sorted(words, key=len, reverse=True):
            if len(word) >= SHORTEST_WORD:
                left = left.replace(word, "")
        if len(left) < min(LEFT_AT_LEAST, len(password)):
            raise ValidationError(
                _("This password is little more than names that are known here."), "password_of_names"
            )

    def get_help_text(self) -> str:
        return _("It is more than your name or that of this site.")


class BreachedPasswordValidator:
    """Refuses what is in the site's file of leaked passwords (`BREACHED_PASSWORDS_FILE`), if it has one."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError `password_breached`, or `passwords_not_checked` when the file cannot be read."""
        path = settings.BREACHED_PASSWORDS_FILE
        if path is None:
            return
        digest = digest_of(password)
        try:
            with path.open("rb") as file:
                found = holds(file, path.stat().st_size, digest.encode())
        except OSError:
            raise ValidationError(
                _("No password can be chosen now: the list of leaked ones cannot be read. Tell an operator."),
                "passwords_not_checked",
            ) from None
        if found:
            raise ValidationError(
                _("This password has leaked somewhere, so others try it. Choose another one."),
                "password_breached",
            )

    def get_help_text(self) -> str:
        return _("It is on no list of leaked passwords that this site has.")


def holds(file: BinaryIO, size: int, digest: bytes) -> bool:
    """Whether a file of sorted lines has one that begins with the digest: by halving, whatever its size."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        line = _line_at(file, middle)
        if line[: len(digest)] == digest:
            return True
        if line and line < digest:
            low = middle + 1
        else:
            high = middle
    return _line_at(file, low)[: len(digest)] == digest


def well_formed(path: Path) -> bool:
    """Whether the file begins as one of leaked passwords does, in their order."""
    with path.open("rb") as file:
        first = [file.readline() for _ in range(100)]
    lines = [line for line in first if line]
    return bool(lines) and all(map(LINE.fullmatch, lines)) and lines == sorted(lines)


def _line_at(file: BinaryIO, place: int) -> bytes:
    """The first line that begins at this place or after it."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline()
    return file.readline()


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)


def _once(text: str) -> str:
    """What is said several times, once."""
    repeated = re.fullmatch(r"(.{3,}?)\1+", text)
    return repeated[1] if repeated else text


@cache
def _common() -> frozenset[str]:
    """Django's list of the 20,000 most common passwords."""
    return frozenset(CommonPasswordValidator().passwords)
