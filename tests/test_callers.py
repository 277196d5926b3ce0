"""Every service that a context offers is called by the product: by a view, a task, a command or another service."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What nothing calls yet, and why it is there.
EXEMPT = {
    "annotations.redaction.services.examples.training_examples": "the face detector's training is still to come; "
    "until then the examples are kept and destroyed, and read by nobody",
}


@dataclass
class Module:
    """A source file, its dotted name, and the names that it imports with what they stand for."""

    name: str
    tree: ast.Module
    imported: dict[str, str] = field(default_factory=dict)

    def used(self) -> Iterator[str]:
        """The dotted name of everything that the code refers to. Importing is no reference, and neither is a function
        that calls itself.
        """
        for statement in self.tree.body:
            itself = f"{self.name}.{statement.name}" if isinstance(statement, ast.FunctionDef) else ""
            yield from (name for name in self._references(statement) if name != itself)

    def _references(self, statement: ast.stmt) -> Iterator[str]:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield self.imported.get(node.id, f"{self.name}.{node.id}")
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield f"{self.imported.get(node.value.id, node.value.id)}.{node.attr}"


def sources(*folders: str) -> dict[str, Path]:
    """The files of these folders by the names of their modules; migrations are history."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {_name(path): path for path in paths if "migrations" not in path.parts}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def read(name: str, path: Path) -> Module:
    """The module, read when it is asked for: collecting the tests needs few."""
    module = Module(name, ast.parse(path.read_text()))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                module.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return module


SOURCES = sources("annotations", "reviewapp")


def defined_as(name: str) -> str:
    """Where what is called so is defined: the services package offers what its modules define."""
    while True:
        package, _, last = name.rpartition(".")
        imported = read(package, SOURCES[package]).imported if package in SOURCES else {}
        if imported.get(last, name) == name:
            return name
        name = imported[last]


def functions(module: Module) -> set[str]:
    return {
        f"{module.name}.{node.name}"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def services() -> list[str]:
    """Every public function of every module of services."""
    found = [read(name, path) for name, path in SOURCES.items() if "services" in name.split(".")]
    return sorted(function for module in found for function in functions(module))


def calls(module: Module) -> set[str]:
    """What the module refers to, each by the name of the module that defines it."""
    return {defined_as(name) for name in module.used()}


@cache
def called() -> dict[str, set[str]]:
    """What each module of the product refers to."""
    return {name: calls(read(name, path)) for name, path in SOURCES.items()}


def test_services_are_found() -> None:
    assert len(services()) > 100
    assert "annotations.review.services.projects.publish_schema" in services()
    assert "annotations.accounts.services.keys.revoke_key" in services()


def test_what_is_exempt_has_no_caller_yet() -> None:
    for service in EXEMPT:
        assert service in services()
        assert not [name for name, names in called().items() if service in names]


@pytest.mark.parametrize("service", sorted(set(services()) - set(EXEMPT)))
def test_every_service_has_a_caller(service: str) -> None:
    assert [name for name, names in called().items() if service in names], f"nothing calls {service}"


def test_an_import_alone_is_no_caller() -> None:
    module = Module(
        "here", ast.parse("from a.services import act\n\ndef act_twice(): ..."), {"act": "a.services.act"}
    )
    assert "a.services.act" not in calls(module)
    module.tree = ast.parse("def again():\n    act()\n    again()")
    assert calls(module) == {"a.services.act"}


@pytest.mark.parametrize(
    "name", sorted(name for name in SOURCES if name.startswith("annotations.audit.tree."))
)
def test_the_tree_holds_nothing_that_only_tests_use(name: str) -> None:
    measured = [calls(read(each, path)) for each, path in sources("benchmarks").items()]
    unused = functions(read(name, SOURCES[name])) - set().union(*measured, *called().values())
    assert unused == set()
