"""How the machine pass is written: one or two named values instead of trains of arguments, and one style of text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import annotations.vision

PACKAGE = Path(annotations.vision.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_PARAMETERS = 5


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text())


def test_no_function_takes_more_than_five_values() -> None:
    long = [
        f"{name}:{node.name}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        if len(
            {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
            - {"self", "cls"}
        )
        > MOST_PARAMETERS
    ]
    assert long == []


def test_code_in_text_stands_in_single_backticks() -> None:
    assert [path.name for path in MODULES if "``" in path.read_text()] == []


def test_what_a_constant_means_is_said_below_it() -> None:
    """In an attribute docstring, not in a comment above it or behind it."""
    wrong = []
    for path in MODULES:
        lines = path.read_text().splitlines()
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            before, after = (
                lines[node.lineno - 2].strip(),
                lines[node.end_lineno - 1 if node.end_lineno else 0],
            )
            if before.startswith("#") or ("  # " in after and "fmt:" not in after):
                wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []
