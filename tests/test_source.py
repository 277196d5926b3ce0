"""What the product's own code does not do: run what it reads, unpack foreign objects, build statements from words, call
out from anywhere but a few places.
"""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("annotations", "reviewapp")

CALLS_OUT = {
    "annotations/audit/tree/witness_client.py": "shows the log to its witnesses, whom a setting names",
    "annotations/core/calls.py": "bounds the time of the calls of the others; it names no address itself",
    "annotations/outgoing/https.py": "sends webhooks to targets that a setting names, at addresses that were checked",
    "annotations/outgoing/mail.py": "sends mail by the server that a setting names",
    "annotations/redaction/downloads.py": "fetches models from the addresses that a setting names",
    "annotations/single_sign_on/provider_client.py": "asks the sign-in provider, whom a setting names",
    "reviewapp/local.py": "asks the site on this machine whether it is there",
}
"""The modules that open connections over HTTP, each with its reason."""
NETWORK = {
    "http.client",
    "urllib.request",
    "requests",
    "httpx",
    "aiohttp",
    "smtplib",
    "ftplib",
    "urllib3",
    "imaplib",
}
UNPACKS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "yaml"}
READS_MARKUP = {"xml", "lxml", "defusedxml", "html5lib", "bs4", "markdown", "bleach", "docutils"}
RUNS_TEXT = {"eval", "exec", "compile"}
WRITES_MARKUP = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function|eval\()")


Kinds = ast.Import | ast.ImportFrom | ast.Call | ast.keyword | ast.Attribute | ast.BinOp


@cache
def nodes() -> list[tuple[str, Kinds]]:
    """What the product's modules import, call and name, with the paths of the modules."""
    paths = [path for top in PRODUCT for path in sorted((ROOT / top).rglob("*.py"))]
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, Kinds)
    ]


def importing(modules: set[str]) -> list[str]:
    """The paths of the modules that import one of these, or of what is inside them."""
    found = set()
    for path, node in nodes():
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name in modules or name.split(".")[0] in modules for name in names):
            found.add(path)
    return sorted(found)


def calls(name: str, *, of_builtin: bool = False) -> list[str]:
    """Where something of this name is called: as a function, and as a method unless it is Python's own."""
    found = []
    for path, node in nodes():
        called = node.func if isinstance(node, ast.Call) else None
        named = {getattr(called, "id", None), None if of_builtin else getattr(called, "attr", None)}
        if name in named:
            found.append(f"{path}:{node.lineno}")
    return found


def test_nothing_calls_out_but_these() -> None:
    assert set(importing(NETWORK)) == set(CALLS_OUT)


def test_no_certificate_goes_unchecked() -> None:
    """Python's own contexts check chain and name; nothing here weakens one, or makes one of its own."""
    weak = re.compile(r"CERT_NONE|check_hostname\s*=|_create_unverified|verify\s*=\s*False|SSLContext\(")
    paths = [path for top in PRODUCT for path in sorted((ROOT / top).rglob("*.py"))]
    assert [path.name for path in paths if weak.search(path.read_text())] == []


def test_no_foreign_object_is_unpacked() -> None:
    assert importing(UNPACKS_OBJECTS) == []


def test_no_markup_is_parsed() -> None:
    """Where no XML is read there are no external entities, no XPath and no stylesheets of others."""
    assert importing(READS_MARKUP) == []


@pytest.mark.parametrize("name", sorted(RUNS_TEXT))
def test_no_text_is_run_as_code(name: str) -> None:
    assert calls(name, of_builtin=True) == []


def test_no_command_goes_through_a_shell() -> None:
    asked = [
        f"{path}:{node.lineno}"
        for path, node in nodes()
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert calls("system") + calls("popen") + asked == []


def test_no_template_is_built_from_words_of_others() -> None:
    engines = {"django.template", "django.template.base", "jinja2", "mako", "string"}
    taken = [
        path
        for path, node in nodes()
        if isinstance(node, ast.ImportFrom) and node.module in engines
        for name in node.names
        if name.name == "Template"
    ]
    assert calls("from_string") + taken == []


def test_no_text_is_declared_safe_for_pages() -> None:
    """But for a field's help, which the code itself writes."""
    assert calls("mark_safe") + calls("SafeString") == []
    marked = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if re.search(r"\|\s*safe\b|autoescape off", path.read_text())
    ]
    assert marked == ["templates/components/field.html"]


def test_scripts_write_text_and_no_markup() -> None:
    scripts = sorted((ROOT / "static").rglob("*.js"))
    assert scripts
    assert [path.name for path in scripts if WRITES_MARKUP.search(path.read_text())] == []


def test_scripts_take_no_messages_of_other_windows_and_share_no_origin() -> None:
    for path in sorted((ROOT / "static").rglob("*.js")):
        assert not re.search(
            r"postMessage|addEventListener\(\s*[\"']message|document\.domain", path.read_text()
        ), path


MERGES = re.compile(
    r"Object\.assign|__proto__|\.prototype\b|setPrototypeOf|\bfor \((?:const|let|var) \w+ in |\bmerge\w*\("
)


def test_scripts_merge_nothing_into_what_others_share() -> None:
    """No script walks over names that came from outside and writes them somewhere: so no prototype is reached. What a
    stored draft with such names does is tried in `tests/js/autosave.test.mjs` and `tests/js/keys.test.mjs`.
    """
    found = {
        (path.relative_to(ROOT).as_posix(), match[0])
        for path in sorted((ROOT / "static").rglob("*.js"))
        for match in MERGES.finditer(path.read_text())
    }
    assert found == {("static/workbench/flow.js", "Object.assign")}, (
        "That one adds commands that stand there."
    )
    for name in ("autosave", "keys"):
        assert "__proto__" in (ROOT / "tests" / "js" / f"{name}.test.mjs").read_text()


def test_pages_load_nothing_from_elsewhere() -> None:
    outside = re.compile(r"(?:src|href|action)=[\"']?(?:https?:)?//", re.IGNORECASE)
    for folder, pattern in (("templates", "*.html"), ("static", "*.js"), ("static", "*.css")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            assert not outside.search(path.read_text()), path


def test_randomness_that_must_not_be_guessed_is_the_systems() -> None:
    assert importing({"random"}) == []


ALGORITHMS = {
    "AESGCM",
    "Ed25519PrivateKey",
    "Ed25519PublicKey",
    "HKDF",
    "InvalidSignature",
    "InvalidTag",
    "InvalidUnwrap",
    "SHA256",
    "UnsupportedAlgorithm",
    "aes_key_unwrap",
    "aes_key_wrap",
}
"""All that is taken from the package `cryptography`, and nothing else encrypts, signs or derives keys."""
VERIFIERS = {
    "joserfc": ["annotations/single_sign_on/tokens.py"],
    "fido2": ["annotations/accounts/factors/passkeys.py"],
}
"""Packages that verify what others signed, each in one module: tokens of the sign-in provider, and passkeys."""
DIGESTS = {"sha256", "sha512"}
SHA_1 = {"annotations/accounts/passwords.py", "annotations/accounts/factors/totp.py"}
"""For two things that others fixed: lists of leaked passwords, and codes of apps (RFC 6238)."""


def test_only_these_algorithms_encrypt_sign_and_derive_keys() -> None:
    taken = {
        name.name
        for _, node in nodes()
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography")
        for name in node.names
    }
    assert taken == ALGORITHMS
    assert importing({"Crypto", "nacl", "OpenSSL", "jwt", "jose"}) == []
    assert {package: importing({package}) for package in VERIFIERS} == VERIFIERS


def test_digests_are_of_256_bits_or_more() -> None:
    """But SHA-1 where others fixed it. A digest is named as an attribute of hashlib, or as a text."""
    used = {
        (path, node.attr)
        for path, node in nodes()
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "hashlib"
    }
    named = {
        (path, argument.value)
        for path, node in nodes()
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in {"file_digest", "digest", "new"}
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(argument, ast.Constant) and argument.value in hashlib.algorithms_available
    }
    assert {digest for _, digest in used | named} <= DIGESTS | {"sha1", "file_digest"}
    assert {path for path, digest in used | named if digest == "sha1"} == SHA_1


def test_words_from_outside_are_no_part_of_regular_expressions() -> None:
    """Every expression is written in the code, or its changing parts are escaped."""
    found = [
        path
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", None) == "re"
        and node.func.attr != "escape"
        and not _is_written(node.args[0])
    ]
    assert found == ["annotations/audit/fields.py"], "That one compiles the expressions of declared kinds."


FORMATS_BY_NAME = {
    "annotations/audit/database/append_only.py": "statements of migrations, filled with names of tables",
    "annotations/audit/database/grants.py": "statements of its own, which psycopg composes",
    "annotations/audit/registry.py": "the sentences of declared kinds of entries",
    "annotations/audit/subject_keys/postgresql.py": "the statement that makes its table",
    "annotations/audit/subject_keys/sqlite.py": "the statement that makes its table",
    "annotations/audit/witness/__main__.py": "the form of its own declaration",
    "annotations/datasets/deletion_views.py": "a sentence of its own, by how many",
    "annotations/datasets/expressions.py": "parts of statements that stand above it",
    "annotations/outgoing/templates.py": "the addresses of declared messages",
    "annotations/rights/retention/reasons.py": "a sentence of its own, by the state",
}
"""Where what is formatted is the name of a text that the code holds, and not the text itself, each with its reason."""
TRANSLATED = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def test_what_is_formatted_is_a_text_of_the_code() -> None:
    """A format that somebody else writes reads attributes of what is put into it. `%` with a single value is not told
    from arithmetic here; it reads no attributes.
    """
    found = set()
    for path, node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            takes = node.func.attr in {"format", "format_map"} and (node.args or node.keywords)
            if takes and not _is_text(node.func.value) and not _is_super(node.func.value):
                found.add(path)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            fills = isinstance(node.right, ast.Dict | ast.Tuple)
            if fills and not _is_text(node.left):
                found.add(path)
    assert sorted(found) == sorted(FORMATS_BY_NAME)
    assert importing({"jinja2"}) == []


def _is_text(part: ast.AST) -> bool:
    """A text of the code, or its translation, which is in a file of the project."""
    if isinstance(part, ast.Constant):
        return isinstance(part.value, str)
    if not isinstance(part, ast.Call):
        return False
    texts = [each for each in part.args if not isinstance(each, ast.Name | ast.Attribute)]
    return ast.unparse(part.func) in TRANSLATED | {"sql.SQL"} and bool(texts) and all(map(_is_written, texts))


def _is_super(part: ast.AST) -> bool:
    """Another method of this name, of a formatter of log lines."""
    return ast.unparse(part) == "super()"


def _is_written(part: ast.AST) -> bool:
    """Whether it is a text of the code, the name of a constant, or made of those and of what `re.escape` gives."""
    if isinstance(part, ast.Constant):
        return True
    if isinstance(part, ast.Name):
        return part.id.isupper() or part.id.startswith("_")
    if isinstance(part, ast.JoinedStr):
        return all(
            _is_written(each.value if isinstance(each, ast.FormattedValue) else each) for each in part.values
        )
    if isinstance(part, ast.BinOp):
        return _is_written(part.left) and _is_written(part.right)
    if isinstance(part, ast.Call):
        return ast.unparse(part.func) in {"re.escape", "'|'.join"} and all(map(_is_escaped, part.args))
    return False


def _is_escaped(part: ast.AST) -> bool:
    return "re.escape" in ast.unparse(part) or _is_written(part)
