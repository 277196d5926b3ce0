"""Nothing but the matrix and the transition tables knows what a role may do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotations.accounts.enums import Role

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [*ROOT.glob("annotations/**/*.py"), *ROOT.glob("reviewapp/**/*.py")]
TEMPLATES = list(ROOT.glob("templates/**/*.html"))

# Files that compare roles by name all the same. Ask `accounts.may` or a transition table instead of adding one.
COMPARE_ROLES: set[str] = set()

ROLE_CODES = "|".join(Role.values)
IN_A_TEMPLATE = re.compile(
    rf"{{%\s*(?:el)?if\b[^%]*(?:\brole\s*(?:==|!=|in\b|not\b)|[\"'](?:{ROLE_CODES})[\"'])[^%]*%}}"
)
SELECTS = {"filter", "exclude", "get", "Q"}


def names_a_role(node: ast.AST) -> bool:
    """Whether the expression holds a role: `Role.LEAD` or its code."""
    return any(
        (isinstance(each, ast.Attribute) and ast.unparse(each.value) == "Role" and each.attr.isupper())
        or (isinstance(each, ast.Constant) and each.value in Role.values)
        for each in ast.walk(node)
    )


def comparisons(source: str) -> Iterator[int]:
    """The lines that compare with a named role, match one, or select accounts by one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] not in SELECTS:
            continue
        if isinstance(node, ast.Compare | ast.MatchValue | ast.Call) and names_a_role(node):
            yield node.lineno


def test_no_code_compares_roles_by_name() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in PRODUCT
        if "migrations" not in path.parts
        for line in comparisons(path.read_text())
    }
    assert {each for each in found if each.partition(":")[0] not in COMPARE_ROLES} == set()


def test_no_template_compares_roles_by_name() -> None:
    found = {str(path.relative_to(ROOT)): IN_A_TEMPLATE.findall(path.read_text()) for path in TEMPLATES}
    assert {name: tags for name, tags in found.items() if tags and name not in COMPARE_ROLES} == {}


@pytest.mark.parametrize(
    "source",
    [
        "user.role == Role.LEAD",
        "Role.LEAD != role_of(request)",
        "role in {Role.LEAD, Role.OPERATOR}",
        "actor.role == 'privacy_officer'",
        "User.objects.filter(role=Role.LEAD)",
        "User.objects.filter(role__in=[Role.LEAD])",
    ],
)
def test_a_comparison_is_found(source: str) -> None:
    assert list(comparisons(source)) == [1]


@pytest.mark.parametrize(
    "tag",
    ['{% if request.user.role == "lead" %}', "{% if role in leads %}", '{% elif mine and who == "lead" %}'],
)
def test_a_comparison_in_a_template_is_found(tag: str) -> None:
    assert IN_A_TEMPLATE.findall(f"<p>{tag}</p>") == [tag]
