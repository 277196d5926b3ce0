"""What a model's finding means: data, not code. A score routes a clip to people; it never clears one.

Each row: the model, its label, the category it stands for, the score from which it counts, and on how many sampled
frames it must be seen (one frame's false alarm is no reason to keep a household's clip from review). The labels are
NudeNet's (320n); a label that has no row is noted and does nothing. `"*"` is any of an operator's classifiers and
any of its labels: whoever registers a classifier wants its findings seen.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from annotations.moderation.enums import FlagCategory

NUDENET = "nudenet-320n"  # as the model names itself in its findings


@dataclass(frozen=True)
class Rule:
    model: str
    label: str
    category: str
    threshold: float
    frames: int


RULES = (
    Rule(NUDENET, "FEMALE_GENITALIA_EXPOSED", FlagCategory.NUDITY, 0.45, 1),
    Rule(NUDENET, "MALE_GENITALIA_EXPOSED", FlagCategory.NUDITY, 0.45, 1),
    Rule(NUDENET, "ANUS_EXPOSED", FlagCategory.NUDITY, 0.45, 1),
    Rule(NUDENET, "FEMALE_BREAST_EXPOSED", FlagCategory.NUDITY, 0.5, 2),
    Rule(NUDENET, "BUTTOCKS_EXPOSED", FlagCategory.NUDITY, 0.55, 2),
    Rule("*", "*", FlagCategory.OTHER, 0.5, 2),
)
VERSION = hashlib.sha256(repr([tuple(map(str, astuple(rule))) for rule in RULES]).encode()).hexdigest()[:12]
"""Changes with any cell of the table; each screening keeps the version that judged it."""


def rule_of(model: str, label: str) -> Rule | None:
    """The row that speaks of this model's label."""
    for rule in RULES:
        if rule.model == model and rule.label == label:
            return rule
    if model == NUDENET:
        return None
    return next((rule for rule in RULES if rule.model == "*"), None)


@dataclass(frozen=True)
class Concern:
    """A category that enough frames show, with the finding that shows it best."""

    category: str
    model: str
    label: str
    score: float
    frames: int


def concerns(findings: Iterable[dict[str, Any]]) -> list[Concern]:
    """What the findings of one pass amount to, strongest first; empty when nothing is above its threshold."""
    frames: Counter[tuple[str, str]] = Counter()
    best: dict[tuple[str, str], float] = {}
    seen: set[tuple[str, str, int]] = set()
    for finding in findings:
        key = (finding["model"], finding["label"])
        rule = rule_of(*key)
        if rule is None or finding["score"] < rule.threshold:
            continue
        if (*key, finding["frame"]) not in seen:
            seen.add((*key, finding["frame"]))
            frames[key] += 1
        best[key] = max(best.get(key, 0.0), finding["score"])
    found = []
    for key, count in frames.items():
        rule = rule_of(*key)
        if rule and count >= rule.frames:
            found.append(Concern(rule.category, *key, score=best[key], frames=count))
    return sorted(found, key=lambda concern: -concern.score)
