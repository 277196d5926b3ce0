"""Entries made up for measuring, as the log would hold them: canonical bytes and the columns that repeat them."""

import json
from collections.abc import Callable, Iterator

import numpy as np

from annotations.audit.canonical import canonical
from annotations.audit.registry import lookup
from benchmarks import log_story as story

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_CHECKED = 1009  # one entry of so many is compared with what the product would have written

# id, canonical bytes, time (RFC 3339), action, actor, role, clip or None, subject, purpose, request
Row = tuple[str, bytes, str, str, str, str, str | None, str, str, str]

_HOLDS = ("awaiting_redaction", "awaiting_screening")
_CATEGORIES = ("nudity", "violence", "minor_at_risk", "medical", "private_moment")
_VERDICTS = ("threat", "false_alarm", "unsure")
_ROUTES = ("datasets:index", "oversight:log", "moderation:flagged", "operations:index")

# What one number at hand (random, of 63 bits) makes of the data of each kind; the names stand in their canonical order.
_DATA: dict[str, Callable[[int], str]] = {
    "clip.received": lambda n: (
        f'{{"bytes":{n % 9_000_000},"consent_until":"2027-11-01T00:00:00.000000Z","notice":"2024-1",'
        f'"purposes":["training","troubleshooting"]}}'
    ),
    "clip.held": lambda n: f'{{"reason":"{_HOLDS[n % 2]}"}}',
    "clip.hold_released": lambda n: f'{{"reason":"{_HOLDS[n % 2]}"}}',
    "redaction.requested": lambda n: f'{{"effect":"blur","run":"{_id(n)}"}}',
    "redaction.failed": lambda n: f'{{"attempts":3,"code":"cannot_decode","run":"{_id(n)}"}}',
    "clip.original_opened": lambda n: f'{{"run":"{_id(n)}"}}',
    "redaction.verified": lambda n: (
        f'{{"method":"whole","models":["{_digest(7)}"],"run":"{_id(n)}","tracks":{n % 6}}}'
    ),
    "content.screened": lambda n: f'{{"findings":{n % 3},"quarantined":"{("yes", "no")[n % 97 > 0]}"}}',
    "review.queued": lambda n: f'{{"reviewers":2,"task":"{_id(n)}"}}',
    "review.claimed": lambda n: f'{{"assignment":"{_id(n)}"}}',
    "review.expired": lambda n: f'{{"assignment":"{_id(n)}"}}',
    "rendition.granted": lambda n: f'{{"rendition":"{_id(n)}","seconds":60}}',
    "rendition.served": lambda n: f'{{"range":"0-{n % 900000} of {n % 900000 + 1}","rendition":"{_id(n)}"}}',
    "review.watched": lambda n: (
        f'{{"assignment":"{_id(n)}","claimed_by":"browser","ranges":[[{n % 9000},{n % 9000 + 1000 + n % 8999}]]}}'
    ),
    "review.submitted": lambda n: (
        f'{{"annotation":"{_id(n)}","assignment":"{_id(n + 1)}","events":{n % 4},"schema":1,'
        f'"sha256":"{_digest(n)}","tracks":{n % 3},"verdict":"{_VERDICTS[n % 3]}"}}'
    ),
    "review.skipped": lambda n: f'{{"assignment":"{_id(n)}","reason":"too_dark"}}',
    "review.flagged": lambda n: f'{{"assignment":"{_id(n)}","category":"{_CATEGORIES[n % 5]}"}}',
    "content.flagged": lambda n: f'{{"category":"{_CATEGORIES[n % 5]}","flag":"{_id(n)}","source":"person"}}',
    "content.flag_upheld": lambda n: f'{{"category":"{_CATEGORIES[n % 5]}","flag":"{_id(n)}"}}',
    "content.poster_served": lambda n: f'{{"flag":"{_id(n)}"}}',
    "review.accepted": lambda n: f'{{"annotation":"{_id(n)}","task":"{_id(n + 1)}"}}',
    "dataset.clip_frozen": lambda n: f'{{"commitment":"{_digest(n)}","release":"{_id(n % 40)}"}}',
    "consent.withdrawn": lambda n: f'{{"consent":"{_id(n)}"}}',
    "privacy.withdrawal": lambda _: '{"source":"owner"}',
    "account.sign_in_failed": lambda n: f'{{"account":"{_pseudonym("p", n)}"}}',
    "access.refused": lambda n: f'{{"method":"GET","route":"{_ROUTES[n % 4]}"}}',
    "audit.searched": lambda n: f'{{"filters":["clip={_id(n)}"],"page":"{("first", "next")[n % 2]}"}}',
    "dataset.exported": lambda n: (
        f'{{"clips":{n % 4000},"format":"coco","release":"{_id(n % 40)}","sha256":"{_digest(n)}"}}'
    ),
    "project.schema_published": lambda n: f'{{"project":"{_id(0)}","version":{n % 9 + 1}}}',
}
_PURPOSES = {
    **dict.fromkeys(("rendition.granted", "rendition.served", "review.watched"), "labeling"),
    "content.poster_served": "moderation",
    "dataset.clip_frozen": "training",
    "dataset.exported": "training",
}


def _digest(n: int) -> str:
    return f"{n & (2**64 - 1):016x}" * 4


def _id(n: int) -> str:
    """A number as a random id (version 4)."""
    text = f"{n * 0x9E3779B97F4A7C15 & (2**64 - 1):016x}"
    return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-8{text[13:16]}-{text[4:16]}"


def _pseudonym(prefix: str, n: int) -> str:
    signs = []
    for _ in range(8):
        n, sign = divmod(n, len(_ALPHABET))
        signs.append(_ALPHABET[sign])
    return f"{prefix}-{''.join(signs)}"


class Writer:
    """All entries of one seed. `people` are (pseudonym, role) in the order of `log_story`, `clip_ids` and `owners`
    (the owner's pseudonym) go by the number of the clip, `seen` counts the acts of each clip.
    """

    def __init__(self, entries: int, seed: int, days: int = story.DAYS) -> None:
        self.acts, self.clips = story.acts(entries, seed, days)
        random = np.random.default_rng([seed, 1])
        numbers = random.integers(0, 2**63 - 1, self.clips + story.PEOPLE + 4)
        roles = (
            ["contractor"] * story.CONTRACTORS
            + ["lead"] * story.LEADS
            + ["ml_engineer"] * story.ENGINEERS
            + ["privacy_officer"] * story.OFFICERS
            + ["operator"] * story.OPERATORS
        )
        pseudonyms = [_pseudonym("p", int(n)) for n in numbers[self.clips :]]
        self.people = list(zip(pseudonyms, roles, strict=False))
        self.submitter = pseudonyms[-1]
        self.clip_ids = [_id(int(n)) for n in numbers[: self.clips]]
        households = max(4, self.clips // 12)
        weights = 1 / np.arange(1, households + 1) ** 0.7
        chosen = random.choice(households, self.clips, p=weights / weights.sum())
        names = [_pseudonym("o", int(n)) for n in random.integers(0, 2**63 - 1, households)]
        self.owners = [names[number] for number in chosen]

    @property
    def seen(self) -> story.Numbers:
        clips = self.acts.clip
        return np.bincount(clips[clips >= 0], minlength=self.clips)

    def batches(self, size: int) -> Iterator[list[Row]]:
        for start in range(0, len(self.acts.time), size):
            yield self._rows(slice(start, start + size))

    def _rows(self, part: slice) -> list[Row]:
        times = self.acts.time[part]
        rows = [
            self._row(*values)
            for values in zip(
                times.tolist(),
                np.datetime_as_string(times.astype("datetime64[us]"), unit="us").tolist(),
                self.acts.kind[part].tolist(),
                self.acts.clip[part].tolist(),
                self.acts.who[part].tolist(),
                self.acts.request[part].tolist(),
                self.acts.entropy[part].tolist(),
                strict=True,
            )
        ]
        for row in rows[::_CHECKED]:
            _check(row)
        return rows

    def _row(
        self, microseconds: int, moment: str, kind: int, clip: int, who: int, request: int, entropy: int
    ) -> Row:
        code = story.CODES[kind]
        stamp, entry = f"{microseconds // 1000:012x}", f"{entropy:016x}"
        low = f"{entropy * 0x9E3779B97F4A7C15 & (2**48 - 1):012x}"
        identifier = f"{stamp[:8]}-{stamp[8:]}-7{entry[1:4]}-a{entry[4:7]}-{low}"
        clip_id, subject = (self.clip_ids[clip], self.owners[clip]) if clip >= 0 else (None, "")
        if who >= 0:
            actor, role = self.people[who]
        elif who == story.WORKER:
            actor, role = "system-worker", "worker"
        elif who == story.OWNER:
            actor, role = subject, "owner"
        else:
            actor, role = self.submitter, "submitter"
        asked = "" if who == story.WORKER else _id(request)
        purpose, moment = _PURPOSES.get(code, ""), moment + "Z"
        make = _DATA.get(code)
        data = make(entropy) if make else "{}"
        clip_text = f'"{clip_id}"' if clip_id else "null"
        body = (
            f'{{"action":"{code}","actor":{{"pseudonym":"{actor}","role":"{role}"}},"clip":{clip_text},'
            f'"data":{data},"id":"{identifier}","purpose":"{purpose}","request":"{asked}",'
            f'"subject":"{subject}","time":"{moment}","version":1}}'
        ).encode()
        return identifier, body, moment, code, actor, role, clip_id, subject, purpose, asked


def _check(row: Row) -> None:
    body = json.loads(row[1])
    lookup(row[3]).check(body["data"])
    if canonical(body) != row[1]:
        raise ValueError(f"The log would not have written this: {row[1]!r}")
