"""What holds without a database: roles by groups, names, what is sent to the provider."""

import base64
import datetime
import hashlib
import math
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, strategies as st

from annotations.accounts.rules import checked_username
from annotations.single_sign_on import rules

NOW = datetime.datetime(2026, 11, 30, 12, 0, tzinfo=datetime.UTC)
TABLE = [("admins", "operator"), ("teams/a=b", "contractor"), ("leads", "lead")]


def test_the_first_line_that_fits_gives_the_role() -> None:
    assert rules.role_for(["leads", "admins"], TABLE) == "operator"
    assert rules.role_for(["teams/a=b"], TABLE) == "contractor"
    assert rules.role_for(["admin", "ADMINS", ""], TABLE) == ""
    assert rules.role_for([], TABLE) == ""


def test_groups_are_names_or_none() -> None:
    assert rules.groups_of({"groups": ["a", 7, None, "b"]}, "groups") == ["a", "b"]
    assert rules.groups_of({"groups": "a"}, "groups") == ["a"]
    for shape in ({"groups": {"a": 1}}, {"groups": None}, {}):
        assert rules.groups_of(shape, "groups") == []


@given(st.text(), st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_whatever_the_provider_calls_somebody_becomes_a_name_that_an_account_can_have(
    preferred: str, email: str, taken: list[str]
) -> None:
    claims = {"preferred_username": preferred, "email": email}
    first = rules.username_from(claims, [])
    among = [*taken, first]
    second = rules.username_from(claims, among)
    assert second not in among
    for name in (first, second):
        assert checked_username(name) == name


def test_what_is_sent_proves_nothing_but_binds_the_answer() -> None:
    begun = rules.begin()
    day = datetime.timedelta(days=1)
    wanted = rules.Wanted("id", "https://s/", "openid", day)
    address = rules.authorization_address("https://p.example/auth?tenant=1", wanted, begun)
    sent = parse_qs(urlsplit(address).query)
    assert sent["tenant"] == ["1"]
    assert (sent["response_type"], sent["code_challenge_method"]) == (["code"], ["S256"])
    assert (sent["max_age"], "prompt" in sent, "acr_values" in sent) == (["86400"], False, False)
    assert begun.verifier not in address
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    assert base64.urlsafe_b64decode(sent["code_challenge"][0] + "=") == digest
    assert len({begun.state, begun.nonce, begun.verifier, rules.begin().state}) == 4


def test_who_is_to_be_asked_anew_and_how_surely_is_sent() -> None:
    wanted = rules.Wanted("id", "https://s/", "openid", datetime.timedelta(), ["gold", "silver"])
    address = rules.authorization_address("https://p.example/auth", wanted, rules.begin())
    sent = parse_qs(urlsplit(address).query)
    assert (sent["max_age"], sent["prompt"], sent["acr_values"]) == (["0"], ["login"], ["gold silver"])


@pytest.mark.parametrize(("told", "seconds"), [(0, 0), (-20.5, -20.5), (-86400, -86400), (59, 0)], ids=str)
def test_when_the_provider_asked_is_believed_and_never_later_than_now(told: float, seconds: float) -> None:
    seen = rules.seen_at({"auth_time": NOW.timestamp() + told}, NOW)
    assert seen == NOW + datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "told", [None, True, "0", [], {}, -1, 1e300, math.inf, math.nan, NOW.timestamp() + 61], ids=str
)
def test_what_is_no_time_or_one_to_come_was_long_ago(told: Any) -> None:
    assert rules.seen_at({"auth_time": told}, NOW) == rules.seen_at({}, NOW) == rules.LONG_AGO


def test_a_class_is_one_of_those_that_are_demanded() -> None:
    assert rules.is_of_class({}, [])
    assert rules.is_of_class({"acr": "gold"}, ["silver", "gold"])
    for told in ({}, {"acr": "bronze"}, {"acr": ["gold"]}, {"acr": None}):
        assert not rules.is_of_class(told, ["silver", "gold"])


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert rules.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Olga Pop", "Olga Pop"),
        ("Ol\0ga\n", "Olga"),
        ("\u202egnp.exe\u200b", "gnp.exe"),
        ("\ud800", ""),
        (None, ""),
        (["a"], "['a']"),
    ],
)
def test_a_name_is_shown_without_signs_that_nobody_sees(told: object, shown: str) -> None:
    assert rules.display_name_from({"name": told}) == shown


def test_a_name_in_another_case_is_taken_as_well() -> None:
    assert rules.username_from({"preferred_username": "Omar"}, ["omar"]) == "Omar-2"
