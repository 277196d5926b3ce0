"""What the intake API answers."""

from typing import TypedDict


class Received(TypedDict):
    """The clip's public id, and the id of the consent that it was given under."""

    id: str
    consent: str
