"""The command line: its options are documented, all of them and no others."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from annotations.vision.__main__ import parser

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "redaction.md"
USAGE = re.compile(r"^    python -m annotations\.vision (\w+) (.+)$", re.MULTILINE)
ROW = re.compile(r"^\| ([\w, ]+) \| (`--.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    (choices,) = (action.choices for action in parser()._actions if isinstance(action.choices, dict))
    return choices


def options(command: str) -> dict[str, argparse.Action]:
    """What a command takes by name, but for `--help`."""
    actions = commands()[command]._actions
    return {a.option_strings[0]: a for a in actions if a.option_strings and "--help" not in a.option_strings}


def documented() -> Iterator[tuple[str, str, str, str]]:
    """Command, option, meaning and what holds without it, of each row of the table."""
    for whose, spans, meaning, default in ROW.findall(DOCUMENT.read_text()):
        for command in commands() if whose == "all" else whose.split(", "):
            for span in re.findall(r"`(--[^`]+)`", spans):
                yield command, span, meaning, default


def test_every_option_is_documented_and_no_other() -> None:
    rows = {(command, span.split()[0]) for command, span, *_ in documented()}
    assert rows == {(command, option) for command in commands() for option in options(command)}


def test_values_and_what_is_required_are_documented() -> None:
    for command, span, meaning, default in documented():
        option, *value = span.split()
        action = options(command)[option]
        assert action.required == (default == "required"), (command, option)
        assert value == ([action.metavar] if action.metavar else []), (command, option)
        assert set(action.choices or ()) <= set(re.findall(r"`(\w+)`", meaning)), (command, option)
        if action.choices:
            assert default == f"`{action.default}`"


def test_the_usage_names_what_each_command_must_be_given() -> None:
    usage = USAGE.findall(DOCUMENT.read_text())
    assert {command for command, _ in usage} == set(commands())
    for command, given in usage:
        actions = commands()[command]._actions
        named = [f"{a.option_strings[0]} {a.metavar}" for a in actions if a.option_strings and a.required]
        positional = [str(a.metavar or a.dest.upper()) for a in actions if not a.option_strings]
        words = given.split()
        assert words[: len(positional)] == positional, command
        rest = " ".join(words[len(positional) :])
        assert sorted(re.findall(r"--\S+ \S+", rest)) == sorted(named), command
