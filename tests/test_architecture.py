"""The house rules that no other tool holds: where things may be, and that tables are total."""

import ast
import json
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

import annotations
from annotations.core.transitions import TransitionTable
from reviewapp.diagrams import current, tables

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
CONTEXTS = (
    "core",
    "audit",
    "outgoing",
    "accounts",
    "single_sign_on",
    "clips",
    "redaction",
    "moderation",
    "review",
    "datasets",
    "break_glass",
    "oversight",
    "rights",
)
PRODUCT = sorted([*ROOT.glob("annotations/**/*.py"), *ROOT.glob("reviewapp/**/*.py")])

# The machine pass is a program of its own: it knows no Django settings and finds its models by MODELS_DIR.
READS_ENVIRONMENT = ("reviewapp/settings/", "annotations/vision/")
# Entry points name the settings module, and the supervisor hands its environment on.
NAMES_SETTINGS = {"reviewapp/celery.py", "reviewapp/wsgi.py", "reviewapp/local.py"}

# Who verifies the log elsewhere is handed this file alone.
ONE_FILE_BY_DESIGN = "annotations/audit/offline/verify_log.py"


def tracked() -> list[Path]:
    """The files of the repository that hold text."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    paths = [ROOT / name for name in names.split("\0") if name]
    binary = {".png", ".jpg", ".mp4", ".ico", ".mo", ".woff2"}
    return [path for path in paths if path.is_file() and path.suffix not in binary]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(path.read_text(), str(path)))


def test_only_settings_read_the_environment() -> None:
    readers = {
        relative(path)
        for path in PRODUCT
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert {name for name in readers if not name.startswith(READS_ENVIRONMENT)} == NAMES_SETTINGS


def test_imports_are_at_the_top() -> None:
    inside = [
        f"{relative(path)}:{node.lineno}"
        for path in PRODUCT
        for function in nodes(path)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_files_stay_small() -> None:
    long = {
        relative(path): len(path.read_text().splitlines())
        for path in PRODUCT
        if "migrations" not in path.parts and relative(path) != ONE_FILE_BY_DESIGN
    }
    assert {name: lines for name, lines in long.items() if lines > 420} == {}


def test_every_context_is_a_django_app_in_the_given_order() -> None:
    installed = [app.removeprefix("annotations.") for app in settings.INSTALLED_APPS if "annotations." in app]
    assert tuple(installed) == CONTEXTS
    packages = {module.name for module in pkgutil.iter_modules(annotations.__path__)}
    assert packages == {*CONTEXTS, "vision"}


def test_foreign_keys_point_left() -> None:
    order = {name: place for place, name in enumerate(CONTEXTS)}
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in order
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and order[field.related_model._meta.app_label] > order[model._meta.app_label]
    ]
    assert wrong == []


def test_the_log_refers_to_no_row() -> None:
    assert [
        field
        for model in apps.get_app_config("audit").get_models()
        for field in model._meta.get_fields()
        if field.is_relation
    ] == []


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_transition_tables_are_total(table: TransitionTable) -> None:
    states = {state for each in table for state in (each.source, each.target)} | table.initial | table.final
    assert table.problems(states) == []


def test_every_state_of_a_model_has_its_place_in_a_table() -> None:
    """A field called `state` is driven by a table whose states are exactly the field's choices."""
    known = {
        frozenset(state for each in table for state in (each.source, each.target))
        | table.initial
        | table.final
        for table in tables().values()
    }
    fields = [
        field
        for model in apps.get_models()
        if model._meta.app_label in CONTEXTS
        for field in model._meta.get_fields()
        if field.name == "state" and isinstance(field, models.Field)
    ]
    assert fields
    assert [
        str(field) for field in fields if frozenset(value for value, _ in field.choices or []) not in known
    ] == []


def test_the_diagrams_in_the_documentation_are_current() -> None:
    assert current((ROOT / "docs" / "architecture.md").read_text()), "run ./workbench manage diagrams"


HOME_FOLDERS = re.compile(r"(?<![\w.])/(?:root|home|work)/")
LOCK_FILES = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-models.txt",
    "requirements-npm.txt",
    "package-lock.json",
    ".npmrc",
)


def test_the_repository_names_no_folder_of_the_machine_that_made_it() -> None:
    found = [
        f"{relative(path)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        if relative(path) != "tests/test_architecture.py"
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if HOME_FOLDERS.search(line)
    ]
    assert found == []


def test_lock_files_name_no_address_so_that_any_registry_will_do() -> None:
    assert [name for name in LOCK_FILES if "://" in (ROOT / name).read_text()] == []


def test_the_lock_files_pin_every_package_by_digest() -> None:
    for name in (name for name in LOCK_FILES if name.endswith(".txt")):
        text = (ROOT / name).read_text()
        packages = re.findall(r"^([a-z0-9._-]+(?:\[[a-z,-]+\])?)==", text, re.MULTILINE | re.IGNORECASE)
        assert packages
        for block in re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)):
            if block.strip() and not block.startswith(" "):
                assert "--hash=sha256:" in block, f"{name}: {block.splitlines()[0]}"
    for package in json.loads((ROOT / "package-lock.json").read_text())["packages"].values():
        assert package.get("integrity") or package.get("name") == "review-workbench-checks"
