"""What a browser may send, and what it may not, in an authenticator made of software."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from annotations.accounts.factors import passkeys
from tests.accounts.authenticators import PLACE, Authenticator

ELSEWHERE = passkeys.Place("https://testserver.evil.example", "testserver.evil.example")


def made(device: Authenticator) -> passkeys.Passkey:
    question, state = passkeys.ask_to_make(PLACE, b"u" * 16, "ann", [])
    found = passkeys.made(passkeys.Answer(PLACE, state, device.make(question)))
    assert found
    return found


def test_a_passkey_is_made_and_signs() -> None:
    device = Authenticator()
    passkey = made(device)
    assert passkey.credential_id == device.credential_id
    question, state = passkeys.ask(PLACE, [passkey.credential])
    signed = passkeys.answered(passkeys.Answer(PLACE, state, device.sign(question)), [passkey.credential])
    assert signed == dataclasses.replace(passkey, signatures=1)


def test_a_device_is_not_asked_twice_for_the_same_account() -> None:
    passkey = made(Authenticator())
    question, _ = passkeys.ask_to_make(PLACE, b"u" * 16, "ann", [passkey.credential])
    assert len(json.loads(question)["excludeCredentials"]) == 1


def test_an_answer_fits_one_question_one_place_and_one_key() -> None:
    device = Authenticator()
    known = [made(device).credential]
    question, state = passkeys.ask(PLACE, known)
    sent = device.sign(question)
    other = passkeys.ask(PLACE, known)[1]
    forged = Authenticator(credential_id=device.credential_id).sign(question)
    wrong = {
        "another question": passkeys.Answer(PLACE, other, sent),
        "no question": passkeys.Answer(PLACE, {}, sent),
        "another place": passkeys.Answer(ELSEWHERE, state, sent),
        "another place that asked": passkeys.Answer(PLACE, state, Authenticator(ELSEWHERE).sign(question)),
        "another key": passkeys.Answer(PLACE, state, forged),
    }
    assert [name for name, answer in wrong.items() if passkeys.answered(answer, known)] == []
    assert passkeys.answered(passkeys.Answer(PLACE, state, sent), []) is None
    assert passkeys.answered(passkeys.Answer(PLACE, state, sent), known)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
RESPONSE = st.fixed_dictionaries(
    {"id": ANYTHING, "rawId": ANYTHING, "type": st.just("public-key") | ANYTHING},
    optional={
        "response": ANYTHING
        | st.fixed_dictionaries(
            {
                "clientDataJSON": ANYTHING,
                "attestationObject": ANYTHING,
                "authenticatorData": ANYTHING,
                "signature": ANYTHING,
            }
        )
    },
)


@given(RESPONSE | ANYTHING)
def test_what_no_browser_sends_is_no_answer(sent: Any) -> None:
    answer = passkeys.Answer(PLACE, {"challenge": "AAAA", "user_verification": None}, json.dumps(sent))
    assert passkeys.made(answer) is None
    assert passkeys.answered(answer, []) is None


@pytest.mark.parametrize("sent", ["", "{", "[]", "x" * (passkeys.LONGEST_ANSWER + 1)])
def test_what_is_no_json_or_too_long_is_no_answer(sent: str) -> None:
    assert passkeys.made(passkeys.Answer(PLACE, {}, sent)) is None


def test_a_copy_is_known_by_its_count() -> None:
    assert not passkeys.copied(0, 0)  # most never count
    assert not passkeys.copied(4, 5)
    assert passkeys.copied(5, 5)
    assert passkeys.copied(5, 0)


@pytest.mark.parametrize(
    ("host", "possible"),
    [("localhost", True), ("review.example", True), ("127.0.0.1", False), ("[::1]", False)],
)
def test_browsers_give_none_to_addresses_of_numbers(host: str, possible: bool) -> None:
    assert passkeys.Place(f"http://{host}", host).has_passkeys is possible
