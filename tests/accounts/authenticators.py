"""What people have besides a password, in software: an app that shows codes, and an authenticator for passkeys."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from annotations.accounts import services
from annotations.accounts.factors import passkeys, totp
from annotations.accounts.models import User
from annotations.core import clock

PLACE = passkeys.Place("http://testserver", "testserver")


@dataclass
class App:
    """An app with the secret of one account."""

    secret: bytes = field(default_factory=totp.new_secret)

    def code(self, later: int = 0) -> str:
        """The code of now, or of so many steps later."""
        return totp.code(self.secret, totp.step_of(clock.now()) + later)

    def wrong_code(self) -> str:
        """A code that none of the steps around now has."""
        now = totp.step_of(clock.now())
        near = {totp.code(self.secret, now + step) for step in range(-3, 4)}
        return next(code for code in (f"{n:06}" for n in range(10)) if code not in near)


def add_app(user: User) -> tuple[App, list[str]]:
    """Gives the account an app, whose code of the step before now is used up; and its recovery codes."""
    app = App()
    return app, services.add_app(user, services.NewApp(app.secret, app.code(-1), "Phone"), None)


@dataclass
class Authenticator:
    """Makes one passkey, and signs with it as a browser would send it (Web Authentication, section 6)."""

    place: passkeys.Place = PLACE
    signatures: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def make(self, question: str) -> str:
        """The answer to `passkeys.ask_to_make`."""
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        credential = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(self._host(), flags, self.signatures, credential)
        client_data = self._client_data(CollectedClientData.TYPE.CREATE, question)
        made = AttestationObject.create("none", data, {})
        return self._answer({"clientDataJSON": client_data, "attestationObject": made})

    def sign(self, question: str) -> str:
        """The answer to `passkeys.ask`."""
        self.signatures += 1
        data = AuthenticatorData.create(self._host(), AuthenticatorData.FLAG.UP, self.signatures)
        client_data = self._client_data(CollectedClientData.TYPE.GET, question)
        signature = self.key.sign(data + client_data.hash, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": client_data, "authenticatorData": data, "signature": signature}
        )

    def _host(self) -> bytes:
        return sha256(self.place.host.encode())

    def _client_data(self, kind: CollectedClientData.TYPE, question: str) -> CollectedClientData:
        challenge = json.loads(question)["challenge"]
        return CollectedClientData.create(kind, challenge, self.place.origin)

    def _answer(self, response: dict[str, Any]) -> str:
        identifier = websafe_encode(self.credential_id)
        encoded = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": encoded})


def add_passkey(user: User) -> Authenticator:
    """Gives the account a passkey."""
    device = Authenticator()
    question, state = passkeys.ask_to_make(PLACE, user.pk.bytes, user.username, [])
    services.add_passkey(user, passkeys.Answer(PLACE, state, device.make(question)), "Stick", None)
    return device


def answer(user_credentials: list[bytes], device: Authenticator) -> passkeys.Answer:
    """What the device answers when it is asked for one of these credentials."""
    question, state = passkeys.ask(PLACE, user_credentials)
    return passkeys.Answer(PLACE, state, device.sign(question))
