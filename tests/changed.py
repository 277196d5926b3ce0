"""Runs the tests of what has changed: `python -m tests.changed`, a part of `./workbench test quick`.

Changed is what differs from the point where this branch left `main`, committed or not. A file of a context (in
`annotations/`, `tests/`, `templates/` or `static/`) chooses the tests of that context and of the contexts that import
it. A context that more than half of the others import (core, for instance) chooses its own tests and those at the top
of `tests/`, which hold for the whole site, instead. Anything else (settings, dependencies, fixtures) chooses the tests
at the top alone. A test module that was itself changed always runs. Tests that are slow, long or start programs are
left to `./workbench test`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOLDERS = ("annotations", "tests", "templates", "static")
LEFT_OUT = "not slow and not long and not engines and not browser"
NO_TESTS_CHOSEN = 5  # pytest's exit status


def git(*arguments: str) -> list[str]:
    """Lines that git prints; none when it fails, as without a branch `main`."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed() -> set[str]:
    """Paths of the files that differ from where this branch left main, untracked ones included."""
    base = git("merge-base", "HEAD", "main") or git("merge-base", "HEAD", "origin/main") or ["HEAD"]
    return {
        *git("diff", "--name-only", "--no-renames", base[0]),
        *git("ls-files", "--others", "--exclude-standard"),
    }


def imports(context: str) -> set[str]:
    """The other contexts that this one imports."""
    found = set[str]()
    for path in (ROOT / "annotations" / context).rglob("*.py"):
        found |= set(re.findall(r"^\s*from annotations\.(\w+)", path.read_text(), re.MULTILINE))
    return found - {context}


def contexts() -> dict[str, set[str]]:
    """Every context and the others that it imports."""
    folders = (path.parent for path in (ROOT / "annotations").glob("*/__init__.py"))
    return {folder.name: imports(folder.name) for folder in folders}


def foundation(known: dict[str, set[str]]) -> set[str]:
    """Contexts that more than half of the others import."""
    return {
        name for name in known if 2 * sum(name in imported for imported in known.values()) > len(known) - 1
    }


def chosen(paths: Iterable[str], known: dict[str, set[str]]) -> set[str]:
    """What pytest is to run, as paths."""
    parts = [Path(path).parts for path in paths]
    touched = {part[1] for part in parts if part[0] in HOLDERS and len(part) > 2 and part[1] in known}
    under_most = foundation(known)
    dependents = {name for name, imported in known.items() if imported & (touched - under_most)}
    tests = {f"tests/{name}" for name in touched | dependents}
    tests |= {"/".join(part) for part in parts if part[0] == "tests" and part[-1].startswith("test_")}
    general = any(len(part) < 3 or part[0] not in HOLDERS or part[1] not in known for part in parts)
    if general or touched & under_most:
        tests |= {f"tests/{path.name}" for path in (ROOT / "tests").glob("test_*.py")}
    return {path for path in tests if path.endswith(".py") or (ROOT / path).is_dir()}


def main() -> None:
    existing = sorted(path for path in chosen(changed(), contexts()) if (ROOT / path).exists())
    python = [path for path in existing if not path.endswith((".mjs", ".json"))]
    if not python:
        print("Nothing has changed that has tests.")
        return
    print("Tests of", ", ".join(python), flush=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "worksteal",
        "-q",
        "-m",
        LEFT_OUT,
        *python,
    ]
    status = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "TEST_DATABASE": "sqlite"}, check=False
    ).returncode
    sys.exit(0 if status == NO_TESTS_CHOSEN else status)


if __name__ == "__main__":
    main()
