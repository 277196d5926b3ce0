"""What holds for accounts: who decides on a proposal, what somebody lacks before they get a clip, how names are, how
long a session lasts.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from annotations.accounts.enums import Lack, ProposalState, Role, SessionEnd
from annotations.core.errors import Invalid
from annotations.core.transitions import Transition, TransitionTable
from annotations.core.who import THE_SITE, Refusal, by, somebody_else_than

OPERATOR, OFFICER = by(Role.OPERATOR), by(Role.PRIVACY_OFFICER)
SECOND_PERSON = by(
    Role.PRIVACY_OFFICER,
    only=somebody_else_than(
        "asked_by",
        "who asked",
        Refusal("second_person_needed", "Another privacy officer has to decide on what you asked for."),
    ),
)

OFFICER_FOR_LOSS = by(
    Role.PRIVACY_OFFICER,
    refusal=Refusal("officer_needed", "They see content, so a privacy officer has to agree."),
)
DECIDES_ON_LOSS = by(Role.PRIVACY_OFFICER, Role.OPERATOR)
SECOND_PERSON_ON_LOSS = by(
    Role.PRIVACY_OFFICER,
    Role.OPERATOR,
    only=somebody_else_than(
        "asked_by",
        "who asked",
        Refusal(
            "second_person_needed",
            "Another operator or a privacy officer has to decide on what you asked for.",
        ),
    ),
)

# What would let somebody see content is asked for by an operator, and a privacy officer decides. On lost second factors
# another operator may decide, too: the only officer of a site can lose theirs.
PROPOSALS = TransitionTable(
    "account proposal",
    initial=[ProposalState.WAITING],
    final=[ProposalState.AGREED, ProposalState.REFUSED, ProposalState.TAKEN_BACK, ProposalState.LAPSED],
    transitions=[
        Transition(ProposalState.WAITING, "agree", ProposalState.AGREED, SECOND_PERSON),
        Transition(ProposalState.WAITING, "refuse", ProposalState.REFUSED, OFFICER),
        Transition(ProposalState.WAITING, "agree to a loss", ProposalState.AGREED, SECOND_PERSON_ON_LOSS),
        Transition(ProposalState.WAITING, "refuse a loss", ProposalState.REFUSED, DECIDES_ON_LOSS),
        Transition(ProposalState.WAITING, "take back", ProposalState.TAKEN_BACK, OPERATOR),
        Transition(ProposalState.WAITING, "lapse", ProposalState.LAPSED, THE_SITE),
    ],
)

LINK_LASTS = datetime.timedelta(days=3)
"""How long a sign-in link can be used."""

MOST_FACTORS = 10
"""How many second factors somebody can have."""

SIGN_IN_LASTS = datetime.timedelta(minutes=10)
"""How long after the right password the second factor may follow."""

KEY_LASTS = datetime.timedelta(days=90)
"""How long an API key opens something when nobody chooses otherwise."""

KEY_LASTS_AT_MOST = datetime.timedelta(days=365)

KEY_ENDS_SOON = datetime.timedelta(days=14)
"""So long before a key ends its person is told."""

KEY_ENDS_TOLD = (14, 3)
"""So many days before a key ends the targets of messages are told, each time once."""

KEY_OVERLAPS = datetime.timedelta(days=1)
"""How long a key that was rotated goes on beside its successor when nobody chooses otherwise."""

KEY_OVERLAPS_AT_MOST = datetime.timedelta(days=30)

MOST_KEYS = 20
"""As many API keys of one account are in force at most."""

MOST_KEYS_A_DAY = 40
"""As many are made for one account within a day at most, so that no script fills log and journal with them."""

STATEMENT = "2026-11"
"""The version of the confidentiality statement that people accept now."""

MOST_LANGUAGES = 10
_LONGEST_NAME = 100
# Signs that turn the words around them, so that a page shows another name than it has (Unicode, UAX 9).
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


class Prepared(Protocol):
    """What is known of how somebody was prepared (`models.User`)."""

    @property
    def trained_on(self) -> datetime.date | None: ...

    @property
    def statement_on(self) -> datetime.date | None: ...

    @property
    def taken_over_on(self) -> datetime.date | None: ...


def lacks(person: Prepared) -> Iterator[Lack]:
    """What they have to have before they are given a clip; nothing for those who worked before it was asked for."""
    if person.taken_over_on:
        return
    if person.trained_on is None:
        yield Lack.TRAINING
    if person.statement_on is None:
        yield Lack.STATEMENT


def checked_username(typed: str) -> str:
    """The user name, trimmed. Raises Invalid `invalid_username`."""
    name = typed.strip()
    if not _USERNAME.fullmatch(name):
        raise Invalid(
            "invalid_username",
            "A user name has 2 to 64 letters, digits and the signs . _ @ + -, and begins with a letter or a digit.",
        )
    return name


def plain(name: str) -> str:
    """The name as far as it can be shown: without ends of lines, control characters, and what turns words around."""
    return "".join(
        sign
        for sign in name
        if unicodedata.category(sign) not in {"Cc", "Cs", "Zl", "Zp"}
        and unicodedata.bidirectional(sign) not in _TURNING
    )


def checked_name(typed: str) -> str:
    """What a person is called, trimmed. Raises Invalid `name_too_long`, `name_not_plain`."""
    name = typed.strip()
    if len(name) > _LONGEST_NAME:
        raise Invalid("name_too_long", f"Shorten the name to {_LONGEST_NAME} characters.")
    if plain(name) != name:
        raise Invalid("name_not_plain", "Write the name on one line, without signs that nobody sees.")
    return name


def checked_country(typed: str) -> str:
    """The country's two letters, or nothing. Raises Invalid `invalid_country`."""
    country = typed.strip().upper()
    if country and not _COUNTRY.fullmatch(country):
        raise Invalid("invalid_country", "A country has two letters, such as RO.")
    return country


def checked_languages(typed: str) -> str:
    """Codes of languages with a comma between them, each once. Raises Invalid `invalid_languages`."""
    codes = list(dict.fromkeys(code for code in re.split(r"[\s,;]+", typed) if code))
    if len(codes) > MOST_LANGUAGES or not all(map(_LANGUAGE.fullmatch, codes)):
        raise Invalid(
            "invalid_languages",
            f"Languages are at most {MOST_LANGUAGES} codes with commas between them, such as en, ro.",
        )
    return ", ".join(codes)


def checked_factor_name(typed: str) -> str:
    """What somebody calls a second factor. Raises Invalid `invalid_name`."""
    name, longest = " ".join(typed.split()), 50
    if not 1 <= len(name) <= longest or not name.isprintable():
        raise Invalid("invalid_name", f"Give it a name of 1 to {longest} characters.")
    return name


@dataclass(frozen=True)
class SessionLimits:
    """How long nobody may be there before a session ends, and how long it lasts at most."""

    idle: datetime.timedelta
    age: datetime.timedelta

    def left(
        self, began_at: datetime.datetime, seen_at: datetime.datetime, now: datetime.datetime
    ) -> tuple[datetime.timedelta, SessionEnd]:
        """How long the session still lasts if nobody comes, and why it ends then; nothing or less when it is over."""
        idle, age = seen_at + self.idle - now, began_at + self.age - now
        return min((age, SessionEnd.AGE), (idle, SessionEnd.IDLE), key=lambda end: end[0])


def checked_day(day: datetime.date, today: datetime.date) -> datetime.date:
    """The day of a training. Raises Invalid `day_to_come`."""
    if day > today:
        raise Invalid("day_to_come", "Record a training once it is over.")
    return day
