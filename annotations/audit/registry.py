"""The kinds of entries that there are. Each context declares its own in its `log.py`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

# A field's value as people read it.
Words = Callable[[Any], str]

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_PARTICULARS = re.compile(r"[:;].*| \([^)]*\)$")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Action:
    """One kind of entry: its stable code, the fields of its `data`, and the sentence that presents it.

    `sentence` names fields in braces; it is filled from the entry's data and shown to privacy officers. `words` says
    how fields are read that need more than `_words` knows.
    """

    code: str
    sentence: str
    fields: frozenset[str]
    words: Mapping[str, Words] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What kind of act it is, without its particulars."""
        open_sentence = self.sentence.format_map(dict.fromkeys(self.fields, "…"))
        return _PARTICULARS.sub("", open_sentence)

    def present(self, data: dict[str, Any]) -> str:
        """The sentence filled; a field that the entry lacks reads “?”, a list as its words, pairs as ranges."""
        return self.sentence.format_map(
            {name: self.words.get(name, _words)(data[name]) if name in data else "?" for name in self.fields}
        )


def labels(choices: Iterable[tuple[str, Any]]) -> Words:
    """Reads codes by their labels, inside a sentence. `choices` are pairs of code and label."""
    known = dict(choices)

    def read(code: Any) -> str:
        text = str(known.get(code, code))
        return text[:1].lower() + text[1:]

    return read


def _words(value: Any) -> str:
    """A value as people read it: codes in words, digests and ids by their first signs (the entry has them whole)."""
    if isinstance(value, list):
        return (
            ", ".join(
                "–".join(map(_words, each)) if isinstance(each, list) else _words(each) for each in value
            )
            or "none"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if _DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    if _UUID.fullmatch(text):
        return f"{text[:8]}…{text[-4:]}"
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


_ACTIONS: dict[str, Action] = {}


def action(
    code: str, sentence: str, fields: Iterable[str] = (), words: Mapping[str, Words] | None = None
) -> Action:
    """Declares a kind of entry. A code is declared once; a sentence, and `words`, name declared fields only."""
    declared = Action(code, sentence, frozenset(fields), words or {})
    named = {name for _, name, _, _ in Formatter().parse(sentence) if name} | set(declared.words)
    if code in _ACTIONS:
        raise ValueError(f"{code} is declared twice")
    if named - declared.fields:
        raise ValueError(f"{code}: the sentence names unknown fields {sorted(named - declared.fields)}")
    _ACTIONS[code] = declared
    return declared


def lookup(code: str) -> Action:
    """The declared kind; KeyError when nobody declared it."""
    return _ACTIONS[code]


def by_area() -> dict[str, list[Action]]:
    """All kinds by the first word of their codes, both in order."""
    found: dict[str, list[Action]] = {}
    for code in codes():
        found.setdefault(code.partition(".")[0].capitalize(), []).append(_ACTIONS[code])
    return found


def codes() -> list[str]:
    return sorted(_ACTIONS)
