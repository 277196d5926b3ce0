"""Commands in people's names, with their passwords on the standard input."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command

from tests.factories import PASSWORD


@contextmanager
def typed(*lines: str) -> Iterator[None]:
    """These lines are on the standard input."""
    before, sys.stdin = sys.stdin, io.StringIO("".join(f"{line}\n" for line in lines))
    try:
        yield
    finally:
        sys.stdin = before


def call_in_person(*arguments: str, passwords: Sequence[str] = (PASSWORD, PASSWORD), **options: Any) -> None:
    """Calls the command; each person gives their password."""
    with typed(*passwords):
        call_command(*arguments, "--password-stdin", **options)
