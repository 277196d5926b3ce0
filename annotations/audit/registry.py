"""The kinds of entries that there are. Each context declares its own in its `log.py`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Action:
    """One kind of entry: its stable code, the fields of its `data`, and the sentence that presents it.

    `sentence` names fields in braces; it is filled from the entry's data and shown to privacy officers.
    """

    code: str
    sentence: str
    fields: frozenset[str]

    def present(self, data: dict[str, Any]) -> str:
        """The sentence filled; a field that the entry lacks reads “?”, a list as its words, pairs as ranges."""
        return self.sentence.format_map({name: _words(data.get(name, "?")) for name in self.fields})


def _words(value: Any) -> str:
    """A value as people read it: codes in words, digests and ids by their first signs (the entry has them whole)."""
    if isinstance(value, list):
        return (
            ", ".join(
                "–".join(map(_words, each)) if isinstance(each, list) else _words(each) for each in value
            )
            or "none"
        )
    text = str(value)
    if _DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    if _UUID.fullmatch(text):
        return f"{text[:8]}…{text[-4:]}"
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


_ACTIONS: dict[str, Action] = {}


def action(code: str, sentence: str, fields: Iterable[str] = ()) -> Action:
    """Declares a kind of entry. A code is declared once; a sentence names declared fields only."""
    declared = Action(code, sentence, frozenset(fields))
    named = {name for _, name, _, _ in Formatter().parse(sentence) if name}
    if code in _ACTIONS:
        raise ValueError(f"{code} is declared twice")
    if named - declared.fields:
        raise ValueError(f"{code}: the sentence names unknown fields {sorted(named - declared.fields)}")
    _ACTIONS[code] = declared
    return declared


def lookup(code: str) -> Action:
    """The declared kind; KeyError when nobody declared it."""
    return _ACTIONS[code]


def codes() -> list[str]:
    return sorted(_ACTIONS)
