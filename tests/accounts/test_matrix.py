"""The permission matrix's file: what its words mean, and that a wrong one keeps the site from starting."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse

from annotations.accounts.enums import ANONYMOUS, Role
from annotations.accounts.matrix import COLUMNS, ROLES, Matrix, StepUp, load, matrix
from annotations.accounts.middleware import PermissionMiddleware

HEAD = ",".join(COLUMNS)


def read(folder: Path, *lines: str, head: str = HEAD) -> Matrix:
    path = folder / "permissions.csv"
    path.write_text("\n".join([head, *lines, ""]))
    return load(path)


def test_a_word_is_a_role_that_reaches_everything_or_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, "shelf,GET,anonymous lead contractor:own,what they put there")
    rule = found.rule("shelf", "GET")
    assert rule.everything == {ANONYMOUS, Role.LEAD}
    assert rule.own == {Role.CONTRACTOR}
    assert {role for role in ROLES if rule.allows(role)} == {ANONYMOUS, Role.LEAD, Role.CONTRACTOR}


def test_a_line_says_when_somebody_has_to_show_anew_that_they_are_there(tmp_path: Path) -> None:
    found = read(
        tmp_path, "shelf,GET,lead,,download", "shelf,POST,lead,,act", "shelf,PUT,lead,", "shelf,PATCH,lead,,"
    )
    asked = {method: found.rule("shelf", method).step_up for method in ("GET", "POST", "PUT", "PATCH")}
    assert asked == {"GET": StepUp.DOWNLOAD, "POST": StepUp.ACT, "PUT": StepUp.NEVER, "PATCH": StepUp.NEVER}


def test_head_counts_as_get_and_what_is_not_listed_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, "shelf,GET,lead,", "shelf,POST,,")
    assert found.allows("shelf", "HEAD", Role.LEAD)
    for route, method in (("shelf", "POST"), ("shelf", "PUT"), ("cellar", "GET")):
        assert not any(found.allows(route, method, role) for role in ROLES)
    assert found.methods("shelf", Role.LEAD) == ["GET"]


def test_a_route_that_the_code_misspells_is_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="GET shelve"):
        read(tmp_path, "shelf,GET,lead,").rule("shelve", "GET")


WRONG = {
    "an unknown role": ("shelf,GET,leed,",),
    "an unknown reach": ("shelf,GET,lead:their,",),
    "a reach that says nothing": ("shelf,GET,lead:,",),
    "a role twice": ("shelf,GET,lead lead:own,",),
    "a line twice": ("shelf,GET,lead,", "shelf,GET,operator,"),
    "a value too few": ("shelf,GET,lead",),
    "a value too many": ("shelf,GET,lead,,act,",),
    "an unknown step-up": ("shelf,GET,lead,,sometimes",),
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG)
def test_the_site_does_not_start_with(lines: tuple[str, ...], tmp_path: Path, settings: Any) -> None:
    with pytest.raises(ValueError, match="shelf"):
        read(tmp_path, *lines)
    settings.PERMISSION_MATRIX = tmp_path / "permissions.csv"
    with pytest.raises(ValueError, match="shelf"):
        PermissionMiddleware(lambda _: HttpResponse())


def test_the_site_does_not_start_with_other_columns(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns"):
        read(tmp_path, head="route,method,lead,object")


def test_words_stand_in_one_order_so_that_a_diff_shows_what_changed(settings: Any) -> None:
    lines = settings.PERMISSION_MATRIX.read_text().splitlines()[1:]
    for line in lines:
        roles = [word.partition(":")[0] for word in line.split(",")[2].split()]
        assert roles == sorted(roles, key=ROLES.index), line
    assert len(lines) == len(matrix().rules)
