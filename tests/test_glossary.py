"""Names, addresses, pages, comments and documents use the words of `docs/glossary.md`, and no withdrawn one.

The table *Withdrawn words* of the glossary is read here, so that what is written for people and what is tested cannot
diverge. A failure names the place, the word, and the word to use instead.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
CODE = ("annotations", "reviewapp", "benchmarks", "tests", "deploy")

# What existed before keeps its words: migrations, what was released, and the glossary itself. Decision records tell
# what was decided under the names of the day.
KEPT = (
    "*/migrations/*",
    "CHANGELOG.md",
    "docs/glossary.md",
    "docs/adr/*",
    "tests/test_glossary.py",
    "tests/upgrade/*",
)
# A name that ends in an underscore avoids a built-in instead of saying what the thing is.
TRAILING = re.compile(r"[A-Za-z]\w*_")


@dataclass(frozen=True)
class Withdrawn:
    """A line of the table: what is withdrawn, whether in names or in texts, what to say, where it still may stand."""

    pattern: str
    names: bool
    texts: bool
    instead: str
    allowed: tuple[str, ...]

    @cached_property
    def name(self) -> re.Pattern[str]:
        return re.compile(rf"(?:^|_)(?:{self.pattern})(?:_|$)")

    @cached_property
    def text(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w-])(?:{self.pattern.replace('_', '[ -]')})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """Something that is written: a name or a text, and where."""

    place: str
    line: int
    said: str
    is_name: bool


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of each row of the table under a heading of the glossary."""
    section = GLOSSARY.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and not set(cells[0]) <= set("-: "):
            yield cells


@cache
def withdrawn() -> list[Withdrawn]:
    _head, *lines = rows("Withdrawn words")
    return [
        Withdrawn(
            pattern.strip("`"),
            "names" in where,
            "texts" in where,
            instead,
            tuple(re.findall(r"`([^`]+)`", allowed)),
        )
        for pattern, where, instead, allowed in lines
    ]


def snake(name: str) -> str:
    """`BreakGlassState` and `BREAK_GLASS_STATE` are the same words as `break_glass_state`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|-", "_", name).lower()


def defined_in(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The names that a module gives: those of libraries are theirs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, node.lineno


def written_in(source: str, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The comments of a module, and its strings that are sentences: docstrings, messages. Codes are no sentences."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string, token.start[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            for number, line in enumerate(node.value.splitlines()):
                yield line, node.lineno + number


def in_python(path: Path, place: str) -> Iterator[Found]:
    source = path.read_text()
    tree = ast.parse(source)
    for name, line in defined_in(tree):
        # The name of a test is a sentence.
        sentence = name.startswith("test_")
        yield Found(place, line, name.replace("_", " ") if sentence else name, is_name=not sentence)
    for text, line in written_in(source, tree):
        yield Found(place, line, text, is_name=False)


# What JavaScript and style sheets name: variables, functions, classes, methods and fields; classes and properties.
SCRIPT_NAME = re.compile(
    r"\b(?:function|class|const|let|var)\s+([A-Za-z_$]\w*)"
    r"|^\s*(?:static |async |get |set )*#?([A-Za-z_$]\w*)\s*(?:\(.*\{$|=[^=>])"
)
STYLE_NAME = re.compile(r"\.([a-zA-Z][\w-]*)|(--[a-zA-Z][\w-]*)\s*:")


def in_script(path: Path, place: str) -> Iterator[Found]:
    """Names that are given, and comments; a comment begins a line or follows code."""
    given = STYLE_NAME if path.suffix == ".css" else SCRIPT_NAME
    for number, line in enumerate(path.read_text().splitlines(), 1):
        code, comment, text = line.partition("//") if path.suffix != ".css" else (line, "", "")
        if line.lstrip().startswith(("/*", "*")):
            code, comment, text = "", "*", line
        if comment:
            yield Found(place, number, text, is_name=False)
        for match in given.finditer(code):
            yield Found(place, number, next(name for name in match.groups() if name), is_name=True)


def in_text(path: Path, place: str) -> Iterator[Found]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        yield Found(place, number, line, is_name=False)


def files(*patterns: str) -> Iterator[tuple[Path, str]]:
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            place = path.relative_to(ROOT).as_posix()
            if path.is_file() and not any(fnmatch(place, kept) for kept in KEPT):
                yield path, place


@cache
def everything() -> list[Found]:
    return list(_everything())


def _everything() -> Iterator[Found]:
    for path, place in files(*(f"{top}/**/*.py" for top in CODE), "manage.py"):
        yield Found(place, 0, place.removesuffix(".py"), is_name=True)
        yield from in_python(path, place)
    for path, place in files("static/**/*.js", "static/**/*.ts", "static/**/*.css", "tests/js/*.mjs"):
        yield Found(place, 0, place, is_name=True)
        yield from in_script(path, place)
    for path, place in files("templates/**/*.html"):
        yield Found(place, 0, place, is_name=True)
        yield from in_text(path, place)
    for path, place in files(
        "*.md", "docs/**/*.md", "deploy/*", "reviewapp/*.csv", "workbench", "pyproject.toml"
    ):
        yield from in_text(path, place)
    for address, name in addresses(get_resolver().url_patterns):
        yield Found("address", 0, address, is_name=True)
        yield Found("name of an address", 0, name, is_name=True)


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address, pattern.name or ""


@cache
def any_of_them(names: bool) -> re.Pattern[str]:
    """Matches whatever one of the rules for names, or for texts, finds: few places need each of them tried."""
    if names:
        return re.compile("|".join(rule.name.pattern for rule in withdrawn() if rule.names))
    return re.compile("|".join(rule.text.pattern for rule in withdrawn() if rule.texts), re.IGNORECASE)


@cache
def words(name: str) -> list[str]:
    """The parts of a name or of an address, each as words with an underscore between them."""
    return [snake(part) for part in re.split(r"[^\w$-]+", name)]


def says_one(found: Found) -> bool:
    """Whether any withdrawn word is in it."""
    said = words(found.said) if found.is_name else [found.said]
    return any(any_of_them(found.is_name).search(part) for part in said)


def hit(rule: Withdrawn, found: Found) -> str:
    """The withdrawn word in it, or nothing."""
    match = None
    if found.is_name and rule.names:
        match = next((each for part in words(found.said) if (each := rule.name.search(part))), None)
    elif not found.is_name and rule.texts:
        match = rule.text.search(found.said)
    return match[0].strip("_ ") if match else ""


def said(found: Found) -> Iterator[str]:
    """What is wrong with it, for people."""
    for rule in withdrawn() if says_one(found) else ():
        if any(fnmatch(found.place, allowed) for allowed in rule.allowed):
            continue
        if word := hit(rule, found):
            yield f"{found.place}:{found.line}: {found.said.strip()[:90]!r} says {word!r}; say {rule.instead}"
    if found.is_name and TRAILING.fullmatch(found.said) and found.place.endswith(".py"):
        yield f"{found.place}:{found.line}: {found.said!r} ends in an underscore; say what the thing is"


def test_no_withdrawn_word_is_used() -> None:
    wrong = [line for found in everything() for line in said(found)]
    assert not wrong, "\n".join(["", *wrong])


def test_every_word_stands_once_and_in_order() -> None:
    """Within a room they ascend, so that a reader finds a word, and a word that has two meanings shows."""
    headings = re.findall(r"^## (.+)$", GLOSSARY.read_text(), re.MULTILINE)
    rooms = headings[: headings.index("Withdrawn words")]
    by_room = {room: [cells[0] for cells in rows(room)][1:] for room in rooms}
    words = [word for each in by_room.values() for word in each]
    assert {word for word in words if words.count(word) > 1} == set()
    assert {room: each for room, each in by_room.items() if each != sorted(each, key=str.casefold)} == {}


def test_every_room_has_a_table() -> None:
    headings = set(re.findall(r"^## `?([a-z_]+)`?", GLOSSARY.read_text(), re.MULTILINE))
    rooms = {path.parent.name for path in ROOT.glob("annotations/*/__init__.py")}
    assert rooms - headings == set()


def test_what_may_still_stand_somewhere_stands_there() -> None:
    """An exception that nothing needs any more goes."""
    unused = [
        f"{rule.pattern}: {allowed}"
        for rule in withdrawn()
        for allowed in rule.allowed
        if not any(fnmatch(found.place, allowed) and hit(rule, found) for found in everything())
    ]
    assert unused == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("class GlassState: ...", "glass"),
        ("def ask(glass_id): ...", "glass"),
        ("print_ = 1", "print_"),
        ("def note_viewing(): ...", "note_viewing"),
        ("import json as likeness", "likeness"),
        ("self.saved_view = 1", "saved_view"),
        ('"""How a likeness is judged."""', "likeness"),
        ("x = 1  # it stands still", "stands still"),
        ("def test_the_glass_is_closed(): ...", "glass"),
    ],
)
def test_a_withdrawn_word_is_named_with_its_place(source: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source)
    wrong = [line for found in in_python(path, "somewhere/module.py") for line in said(found)]
    assert len(wrong) == 1
    assert wrong[0].startswith("somewhere/module.py:1: ")
    assert repr(word) in wrong[0]


@pytest.mark.parametrize(
    "source",
    [
        "class BreakGlassState: ...",
        "def f(break_glass): ...",
        "x = numpy.bool_",
        "_ = 1",
        'code = "audit.view_saved"',
        "for _ in seen: ...",
    ],
)
def test_words_of_the_glossary_and_of_libraries_pass(source: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(source)
    assert [line for found in in_python(path, "somewhere/module.py") for line in said(found)] == []
