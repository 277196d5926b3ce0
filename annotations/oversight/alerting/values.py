"""A rule's values as the database and the log keep them."""

from dataclasses import asdict
from typing import Any

from annotations.oversight.alerting.acts import Rule


def dump(rule: Rule) -> dict[str, Any]:
    """As JSON has them: lists for tuples."""
    return {name: _plain(value) for name, value in asdict(rule).items()}  # type: ignore[call-overload]


def load(rule: type[Rule], values: dict[str, Any]) -> Rule:
    return rule(**{name: _frozen(value) for name, value in values.items()})


def in_words(values: dict[str, Any]) -> list[str]:
    """`name=value` of each, as an entry of the log lists them; a list of lists takes a line for each of these."""
    return [f"{name}={each}" for name, value in sorted(values.items()) for each in _texts(value)]


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        return [str(value)]
    if any(isinstance(each, list) for each in value):
        return [" ".join(map(str, each)) for each in value]
    return [";".join(map(str, value))]
