"""What the documents name as proof is there: tests, files, commands, benchmarks and their options."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DOCUMENTS = sorted(
    path.relative_to(DOCS).as_posix() for path in (*DOCS.glob("*.md"), *DOCS.glob("how-to/*.md"))
)
DECISIONS = sorted(path.name for path in DOCS.glob("adr/*.md"))
# What is read as prose; tables and commands may be wider.
PROSE = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *DOCS.glob("**/*.md")))
WIDTH = 120

# The file in which a table's tests are that are named without one.
UNLESS = re.compile(r"tests in `(tests/[\w/]+\.py)` unless another file is named")
FILE = re.compile(r"[\w/]*\w\.(?:py|csv|md|toml)")
TEST = re.compile(r"(tests/[\w/]+\.py)?(?:::)?(test_\w+)")
LINK = re.compile(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
# A decision holds, holds but for what a later one says, or has been replaced by one.
DECISION = re.compile(
    r"# (?P<number>\d+)\. .+\n\n"
    r"- Status: (?:accepted|amended|(?:amended|superseded) by (?P<by>\d+))\n"
    r"- Date: \d{4}-\d{2}-\d{2}(?:, amended \d{4}-\d{2}-\d{2})?\n\n"
)


def unknown(text: str, folder: Path = DOCS) -> list[str]:
    """What a document in this folder names and the project does not have, in the document's order."""
    wanting, file, table, command = [], "", "", ""
    for line in text.splitlines():
        wanting += [link for link in LINK.findall(line) if not (folder / link).is_file()]
        for span in spans(line):
            if test := TEST.fullmatch(span):
                file = test[1] or file
                place = table if span.startswith("test_") else file
                missing = test[2] not in names_in(ROOT / place)
            elif FILE.fullmatch(span):
                file, missing = span, not found(span)
            elif span.startswith("--"):
                missing = not any(set(OPTION.findall(span)) <= options_of(path) for path in programs())
            else:
                # "... --entries 1000" stands for the command before it.
                command = span.replace("...", command, 1) if span.startswith("... ") else span
                missing = is_missing(command)
            wanting += [span] if missing else []
        if said := UNLESS.search(line):
            table = said[1]
    return wanting


def spans(line: str) -> list[str]:
    """What a line has in code letters, or the command that it is."""
    if line.startswith("    "):
        return [line.strip()]
    return [span.strip() for span in re.findall(r"`([^`]+)`", line)]


def is_missing(span: str) -> bool:
    """Whether it is a command line that could not be given so."""
    words = span.removeprefix(".venv/bin/").split()
    if words[:3] == ["python", "-m", "pytest"]:
        return not all((ROOT / word).exists() for word in words[3:] if word.startswith("tests/"))
    if words[:2] == ["python", "-m"]:
        return lacks(ROOT / words[2].replace(".", "/"), words[3:])
    if words[0] == "python":
        return lacks(ROOT / words[1], words[2:])
    if words[0] == "manage.py":
        return not managed(words[1:])
    # "audit verify": one of our commands and what it is told to do, without the program before it.
    return len(words) > 1 and words[0] in own_commands() and not managed(words)


def lacks(place: Path, arguments: list[str]) -> bool:
    """Whether a program is not there, or does not know one of its options or small words (`redact`, `hold`)."""
    if place.is_dir() and (place / "__main__.py").is_file():
        path = place / "__main__.py"
    else:
        path = place if place.suffix == ".py" else place.with_name(place.name + ".py")
    if not path.is_file():
        return True
    line = " ".join(arguments)
    told = {word for word in arguments if re.fullmatch(r"[a-z][a-z-]+", word)}
    return not (set(OPTION.findall(line)) <= options_of(path) and told <= strings_in(path))


def managed(words: list[str]) -> bool:
    """Whether one of our commands has this name, and this word among those that it can be told."""
    if words[0] not in own_commands():
        return False
    parser = load_command_class(get_commands()[words[0]], words[0]).create_parser("manage.py", words[0])
    told = {
        choice for action in parser._actions if isinstance(action.choices, dict) for choice in action.choices
    }
    return not told or len(words) == 1 or words[1] in told


@cache
def own_commands() -> dict[str, str]:
    return {
        name: app
        for name, app in get_commands().items()
        if str(app).startswith(("annotations.", "reviewapp"))
    }


def programs() -> Iterator[Path]:
    """What takes options: benchmarks, commands, and programs of their own."""
    for pattern in (
        "benchmarks/*.py",
        "annotations/**/__main__.py",
        "annotations/**/commands/*.py",
        "reviewapp/**/commands/*.py",
    ):
        yield from ROOT.glob(pattern)
    yield ROOT / "annotations/audit/offline/verify_log.py"


@cache
def strings_in(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text()))
    return {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@cache
def options_of(path: Path) -> set[str]:
    """`--help` every program has."""
    return {text for text in strings_in(path) if OPTION.fullmatch(text)} | {"--help"}


@cache
def names_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef)}


@cache
def found(name: str) -> bool:
    """A path from the top, or the end of one inside the product (`video/probe.py`)."""
    inside = [*ROOT.glob(f"annotations/**/{name}"), *ROOT.glob(f"reviewapp/**/{name}")]
    return (ROOT / name).is_file() or bool(inside)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_everything_that_a_document_names_is_there(document: str) -> None:
    path = DOCS / document
    assert unknown(path.read_text(), path.parent) == []


@pytest.mark.parametrize("document", PROSE)
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    assert [link for link in LINK.findall(path.read_text()) if not (path.parent / link).is_file()] == []


@pytest.mark.parametrize("document", PROSE)
def test_prose_fits_the_screen(document: str) -> None:
    wide, is_code = [], False
    for number, line in enumerate((ROOT / document).read_text().splitlines(), 1):
        is_code = is_code != line.startswith("```")
        if len(line) > WIDTH and not is_code and not line.startswith(("|", "    ", "![")):
            wide.append(number)
    assert wide == []


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_says_whether_it_holds_and_since_when(decision: str) -> None:
    found = DECISION.match((DOCS / "adr" / decision).read_text())
    assert found, (
        "after the title: - Status: accepted | amended | amended by N | superseded by N; - Date: YYYY-MM-DD"
    )
    assert int(found["number"]) == int(decision[:4])
    assert not found["by"] or any(int(each[:4]) == int(found["by"]) for each in DECISIONS)


def test_decisions_are_numbered_without_gap() -> None:
    assert [int(each[:4]) for each in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_document_is_in_the_index() -> None:
    index = set(LINK.findall((DOCS / "index.md").read_text()))
    assert {each for each in DOCUMENTS if each != "index.md"} - index == set()


@pytest.mark.parametrize(
    "line",
    [
        "`tests/audit/test_append.py::test_that_nobody_wrote`",
        "`tests/audit/test_nowhere.py`",
        "`tests/audit/test_append.py`, `::test_that_nobody_wrote`",
        "(tests in `tests/audit/keys/test_changes.py` unless another file is named)\n`test_that_nobody_wrote`",
        "`video/nowhere.py`",
        "[nowhere](adr/0000-nowhere.md)",
        "`python -m benchmarks.nowhere`",
        "`python -m benchmarks.log_scale --nowhere 3`",
        "`python -m benchmarks.log_scale`; `... --nowhere 3`",
        "`python -m benchmarks.log_acts --act nowhere`",
        "    python -m annotations.vision nowhere IN OUT",
        "`python benchmarks/nowhere.py`",
        "`python -m pytest tests/nowhere`",
        "`manage.py nowhere`",
        "`manage.py audit nowhere`",
        "`audit nowhere`",
        "`--nowhere`",
    ],
)
def test_what_is_not_there_is_told(line: str) -> None:
    assert len(unknown(line)) == 1


# What is tested as a whole: pages in a browser, the files for servers, a site that an earlier version made.
WHOLE = {"browser", "deploy", "upgrade"}


def test_tests_lie_where_the_code_lies_and_say_what_they_are_about() -> None:
    """A test module is named like the module that it tests, or begins by saying what it is about."""
    wrong = []
    for path in sorted(ROOT.glob("tests/*/**/test_*.py")):
        place = path.relative_to(ROOT / "tests")
        room = ROOT / ("" if place.parts[0] == "reviewapp" else "annotations") / place.parent
        modules = {each.stem for each in room.rglob("*.py")} | {each.name for each in room.rglob("*/")}
        named_alike = path.stem.removeprefix("test_") in modules
        mirrored = room.is_dir() or place.parts[0] in WHOLE
        if not mirrored or not (named_alike or ast.get_docstring(ast.parse(path.read_text()))):
            wrong.append(place.as_posix())
    assert wrong == []
