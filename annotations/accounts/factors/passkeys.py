"""Passkeys (Web Authentication, level 3): keys that a device or a stick holds, bound to the site's name.

They are a second factor here, after the password, so they need not verify who holds them; which maker made them is not
asked.
"""

import ipaddress
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "Clip review workbench"
LONGEST_ANSWER = 20_000
"""Characters; browsers send some hundred."""

State = dict[str, Any]

_UNFIT = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    struct.error,
    UnsupportedAlgorithm,
)
"""What the parser of somebody else raises for what no browser sends."""


@dataclass(frozen=True)
class Place:
    """Where somebody opened the site: `https://review.example:8443`."""

    origin: str
    host: str

    @property
    def has_passkeys(self) -> bool:
        """Browsers give none to an address of numbers."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return True
        return False


@dataclass(frozen=True)
class Answer:
    """What a browser sent to a question: `state` is what was kept when it was asked, `sent` the JSON."""

    place: Place
    state: State
    sent: str


@dataclass(frozen=True)
class Passkey:
    """A key as a row holds it: its id, and its id and public key as the authenticator encoded them."""

    credential_id: bytes
    credential: bytes
    signatures: int


def ask_to_make(place: Place, user: bytes, username: str, known: Sequence[bytes]) -> tuple[str, State]:
    """The question by which a browser makes a key, as JSON, and what to keep until the answer.

    `known` are the credentials that the person has: the same device is not asked twice.
    """
    entity = PublicKeyCredentialUserEntity(name=username, id=user, display_name=username)
    options, state = _server(place).register_begin(
        entity,
        [AttestedCredentialData(each) for each in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.dumps(dict(options.public_key)), state


def made(answer: Answer) -> Passkey | None:
    """The key that the browser made; None when it does not answer what was asked, here."""
    try:
        response = RegistrationResponse.from_dict(_parsed(answer.sent))
        data = _server(answer.place).register_complete(answer.state, response)
    except _UNFIT:
        return None
    credential = data.credential_data
    if credential is None:
        return None
    return Passkey(credential.credential_id, bytes(credential), data.counter)


def ask(place: Place, known: Sequence[bytes]) -> tuple[str, State]:
    """The question that one of these credentials answers, as JSON, and what to keep until the answer."""
    options, state = _server(place).authenticate_begin(
        [AttestedCredentialData(each) for each in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.dumps(dict(options.public_key)), state


def answered(answer: Answer, known: Sequence[bytes]) -> Passkey | None:
    """The key of `known` that signed the question, with how often it says it has signed; None when none did."""
    try:
        response = AuthenticationResponse.from_dict(_parsed(answer.sent))
        found = _server(answer.place).authenticate_complete(
            answer.state, [AttestedCredentialData(each) for each in known], response
        )
    except _UNFIT:
        return None
    counter = response.response.authenticator_data.counter
    return Passkey(found.credential_id, bytes(found), counter)


def copied(before: int, now: int) -> bool:
    """Whether somebody else signs with a copy of the key: its count did not grow (section 6.1.1). Many never count."""
    return (before, now) != (0, 0) and now <= before


def _parsed(sent: str) -> dict[str, Any]:
    if len(sent) > LONGEST_ANSWER:
        raise ValueError("The answer is too long.")
    parsed = json.loads(sent)
    if not isinstance(parsed, dict):
        raise ValueError("The answer is no object.")
    return parsed


def _server(place: Place) -> Fido2Server:
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=NAME, id=place.host),
        verify_origin=lambda origin: origin == place.origin,
    )
