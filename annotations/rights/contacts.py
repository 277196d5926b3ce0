"""Who answers for this site, as its operator stated it: letters, receipts and *Operations* tell it.

Nothing is made up for what was not stated: letters leave a blank.
"""

from dataclasses import dataclass

from django.conf import settings

from annotations.accounts.models import User

_EEA = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
EEA = frozenset(_EEA.split())
"""The European Economic Area: the Union, Iceland, Liechtenstein and Norway, in ISO 3166-1 alpha-2 codes."""

STATED_ALWAYS = ("CONTROLLER_NAME", "CONTROLLER_CONTACT", "OFFICER_CONTACT")
SAFEGUARD = "TRANSFER_SAFEGUARD"


@dataclass(frozen=True)
class Contacts:
    """The controller and its officer for data protection (GDPR, Art. 13(1)(a) and (b)); empty where not stated."""

    controller: str
    contact: str
    officer: str

    @property
    def stated(self) -> bool:
        """Whether an owner can be told whom to ask."""
        return bool(self.contact or self.officer)


def contacts() -> Contacts:
    return Contacts(*(getattr(settings, name) for name in STATED_ALWAYS))


def countries_of_people() -> list[str]:
    """Where people sit who may work here, by their accounts; without those who have no country."""
    stated = User.objects.filter(is_active=True).exclude(country="").values_list("country", flat=True)
    return sorted({country.upper() for country in stated})


def outside_eea(countries: list[str]) -> list[str]:
    return [country for country in countries if country not in EEA]


def unstated() -> list[str]:
    """The settings that an operator has still to state, because a letter would have a blank for them.

    How transfers are safeguarded (Art. 15(2)) is one of them only where somebody sits outside the EEA.
    """
    needed = [*STATED_ALWAYS, *([SAFEGUARD] if outside_eea(countries_of_people()) else [])]
    return [name for name in needed if not getattr(settings, name)]
