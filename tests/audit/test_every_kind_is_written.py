"""Every declared kind of entry is written by something, and nothing writes past the services."""

import importlib
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from annotations.audit.registry import Action, codes

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    path: path.read_text()
    for folder in ("annotations", "reviewapp")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
}
# What a command line does is done by the services too, which write the entries.
BY_ITSELF = re.compile(
    r"\.(objects|_default_manager)\.(create|bulk_create|update|update_or_create|get_or_create)\(|\.(save|delete)\("
)
# Entries of before carry these kinds; nothing writes them any more.
OF_BEFORE = frozenset({"clip.legal_hold"})


@cache
def mentioned() -> dict[Path, set[str]]:
    """Of each file, the constants of any `log` module that it names."""
    return {source: set(re.findall(r"\b(?:\w+_)?log\.(\w+)", text)) for source, text in SOURCES.items()}


@cache
def declared() -> dict[str, tuple[str, Path]]:
    """Of each kind, the name of its constant and the file that declares it."""
    found = {}
    for app in apps.get_app_configs():
        path = Path(app.path) / "log.py"
        if app.name.startswith("annotations.") and path.exists():
            module = importlib.import_module(f"{app.name}.log")
            for name, value in vars(module).items():
                if isinstance(value, Action):
                    found[value.code] = (name, path)
    return found


def test_every_kind_is_declared_in_the_log_of_its_context() -> None:
    assert sorted(declared()) == codes()


@pytest.mark.parametrize("code", codes())
def test_every_kind_is_written_somewhere(code: str) -> None:
    name, path = declared()[code]
    uses = [source for source, names in mentioned().items() if source != path and name in names]
    near = [source for source in uses if path.parent in source.parents]
    if code in OF_BEFORE:
        assert not near, f"{code} is written again"
    else:
        assert near or uses, f"nothing writes {code}"


def test_commands_write_through_the_services() -> None:
    commands = [path for path in SOURCES if path.parent.name == "commands" and path.name != "__init__.py"]
    assert len(commands) > 3
    assert [path.name for path in commands if BY_ITSELF.search(SOURCES[path])] == []
