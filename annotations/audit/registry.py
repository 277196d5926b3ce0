"""The kinds of entries that there are. Each context declares its own in its `log.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from annotations.audit.fields import Field

_PARTICULARS = re.compile(r"[:;].*| \([^)]*\)$")


@dataclass(frozen=True)
class Repeats:
    """The same act of this kind, again and again, is told by doubling (`audit.repeats`).

    It is the same although the fields `apart` differ. The ranges of the field `joined` are merged, so that none is
    lost.
    """

    apart: tuple[str, ...] = ()
    joined: str = ""


@dataclass(frozen=True)
class Action:
    """One kind of entry: its stable code, the fields of its `data`, and the sentence that presents it.

    `sentence` names fields in braces; it is filled from the entry's data and shown to privacy officers. `formerly` are
    codes that older entries of this kind carry: the log is for ever, so a code that changes stays readable. `repeats`
    says that it changes nothing, so that many of the same are told together.
    """

    code: str
    sentence: str
    fields: Mapping[str, Field]
    formerly: tuple[str, ...] = ()
    repeats: Repeats | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code that an entry of this kind may carry, today's first."""
        return self.code, *self.formerly

    @property
    def title(self) -> str:
        """What kind of act it is, without its particulars."""
        open_sentence = self.sentence.format_map(dict.fromkeys(self.fields, "…"))
        return _PARTICULARS.sub("", open_sentence)

    def present(self, data: dict[str, Any]) -> str:
        """The sentence filled; a field that the entry lacks reads “?”, or what it says of older entries, a list as its
        words, pairs as ranges."""
        return self.sentence.format_map(
            {
                name: field.words(data[name]) if name in data else field.lacking
                for name, field in self.fields.items()
            }
        )

    def check(self, data: dict[str, Any]) -> None:
        """ValueError when the data has other fields than declared, or one of them holds what it may not."""
        if data.keys() != self.fields.keys():
            raise ValueError(f"{self.code} has the fields {sorted(self.fields)}, not {sorted(data)}")
        for name, field in self.fields.items():
            if not field.fits(data[name]):
                # Without the value: an error's text ends in logs.
                raise ValueError(f"{self.code}: {name} is not {field.holds}")


_ACTIONS: dict[str, Action] = {}
# Kinds by the codes that older entries carry.
_FORMER: dict[str, Action] = {}


def action(
    code: str,
    sentence: str,
    fields: Mapping[str, Field] | None = None,
    *,
    formerly: tuple[str, ...] = (),
    repeats: Repeats | None = None,
) -> Action:
    """Declares a kind of entry; `fields` says what each field of its data may hold (`audit.fields`).

    A code, today's or a former one, is declared once, and a sentence names declared fields only.
    """
    if not isinstance(fields, Mapping | None):
        raise TypeError(f"{code}: say what each field may hold, as a mapping to kinds of `audit.fields`")
    declared = Action(code, sentence, dict(fields or {}), formerly, repeats)
    named = {name for _, name, _, _ in Formatter().parse(sentence) if name}
    for each in declared.codes:
        if each in _ACTIONS or each in _FORMER:
            raise ValueError(f"{each} is declared twice")
    if named - declared.fields.keys():
        raise ValueError(
            f"{code}: the sentence names unknown fields {sorted(named - declared.fields.keys())}"
        )
    _ACTIONS[code] = declared
    _FORMER.update(dict.fromkeys(formerly, declared))
    return declared


def lookup(code: str) -> Action:
    """The kind that is declared under this code, or was; KeyError when nobody declared it."""
    return _FORMER[code] if code in _FORMER else _ACTIONS[code]


def by_area() -> dict[str, list[Action]]:
    """All kinds by the first word of their codes, both in order."""
    found: dict[str, list[Action]] = {}
    for code in codes():
        found.setdefault(code.partition(".")[0].capitalize(), []).append(_ACTIONS[code])
    return found


def codes() -> list[str]:
    """Today's codes, in order."""
    return sorted(_ACTIONS)


def codes_of(action: str) -> list[str]:
    """All codes, former ones too, that entries carry of this kind or, for `review.*`, of the kinds of this area."""
    if action.endswith(".*"):
        kinds = [kind for code, kind in _ACTIONS.items() if code.startswith(action[:-1])]
        return sorted(code for kind in kinds for code in kind.codes)
    return list(lookup(action).codes) if action in _ACTIONS or action in _FORMER else [action]
