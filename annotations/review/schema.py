"""What a label schema is: the codes that reviewers choose from. Pure."""

import re
from collections.abc import Iterable
from typing import Any, TypedDict, cast

from django.utils.functional import Promise

from annotations.core.errors import Invalid

KINDS = ("verdicts", "events", "tracks", "skip_reasons")
MAX_CHOICES = 50

_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")


class Choice(TypedDict):
    """`code` is what labels carry and never changes its meaning; `name` is what people read: a project's own words, or
    a translation where the program defines the choice."""

    code: str
    name: str | Promise


class Labels(TypedDict):
    """The choices of one schema version, each list in the order in which it is shown."""

    verdicts: list[Choice]
    events: list[Choice]
    tracks: list[Choice]
    skip_reasons: list[Choice]


def codes(choices: Iterable[Choice]) -> set[str]:
    return {choice["code"] for choice in choices}


def name_of(choices: Iterable[Choice], code: str | None) -> str:
    """The name of a code; the code itself when the schema does not have it."""
    return next((str(choice["name"]) for choice in choices if choice["code"] == code), code or "")


def check_labels(value: Any) -> Labels:
    """`value` as a schema; Invalid `invalid_schema` with `fields` naming what is wrong with it."""
    problems: dict[str, str] = {}
    if not isinstance(value, dict) or set(value) != set(KINDS):
        raise Invalid("invalid_schema", f"A label schema has exactly the lists {', '.join(KINDS)}.")
    for kind in KINDS:
        choices = value[kind]
        if not isinstance(choices, list) or len(choices) > MAX_CHOICES:
            problems[kind] = f"A list of at most {MAX_CHOICES} choices."
            continue
        seen: set[str] = set()
        for index, choice in enumerate(choices):
            if problem := _problem(choice, seen):
                problems[f"{kind}[{index}]"] = problem
            else:
                seen.add(choice["code"])
    for kind in ("verdicts", "skip_reasons"):
        if not value[kind] and kind not in problems:
            problems[kind] = "At least one choice is needed."
    if problems:
        raise Invalid("invalid_schema", "The label schema is not valid.", fields=problems)
    return cast(Labels, {kind: [_choice(choice) for choice in value[kind]] for kind in KINDS})


def _choice(choice: dict[str, str]) -> Choice:
    return {"code": choice["code"], "name": choice["name"].strip()}


def _problem(choice: Any, seen: set[str]) -> str:
    if not isinstance(choice, dict) or set(choice) != {"code", "name"}:
        return "A choice has a code and a name."
    code, name = choice["code"], choice["name"]
    if not isinstance(code, str) or not _CODE.match(code):
        return "A code has lower-case letters, digits and underscores, at most 48."
    if code in seen:
        return f"The code {code} is there twice."
    if not isinstance(name, str) or not name.strip() or len(name) > 100 or "\x00" in name:
        return "A name has 1 to 100 characters."
    return ""


def _choices(**names: str) -> list[Choice]:
    return [{"code": code, "name": name} for code, name in names.items()]


HOME_THREAT_DETECTION: Labels = {
    "verdicts": _choices(threat="Threat", false_alarm="False alarm", unsure="Unsure"),
    "events": _choices(
        person_arrives="Person arrives",
        person_leaves="Person leaves",
        package="Package",
        vehicle="Vehicle",
        animal="Animal",
        tampering="Tampering",
        other="Other",
    ),
    "tracks": _choices(person="Person", vehicle="Vehicle", animal="Animal", package="Package"),
    "skip_reasons": _choices(
        cannot_see="Too dark or unclear to judge",
        does_not_play="The clip does not play",
        prefer_not="I would rather not watch this clip",
        other="Something else",
    ),
}
