"""Which acts two years of a busy site leave on the log: who, when, on which clip. Arrays only; no database, no text.

The figures are skewed as they are in life: few people do most of the work, few owners send most clips, one clip is
looked at thousands of times, some acts happen twice in two years.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SECOND = 1_000_000  # times are microseconds since 1970
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
# 2024-11-01 to 2026-10-31.
BEGINNING, DAYS = 1_730_419_200 * SECOND, 730

CONTRACTORS, LEADS, ENGINEERS, OFFICERS, OPERATORS = 400, 20, 10, 4, 5
PEOPLE = CONTRACTORS + LEADS + ENGINEERS + OFFICERS + OPERATORS
# Who else acts.
WORKER, OWNER, SUBMITTER = -1, -2, -3

CODES = (
    "clip.received",
    "clip.held",
    "redaction.requested",
    "clip.original_opened",
    "redaction.verified",
    "clip.hold_released",
    "content.screened",
    "review.queued",
    "review.claimed",
    "rendition.granted",
    "rendition.served",
    "review.watched",
    "review.submitted",
    "review.expired",
    "review.skipped",
    "review.flagged",
    "content.flagged",
    "content.poster_served",
    "content.flag_upheld",
    "review.accepted",
    "dataset.clip_frozen",
    "privacy.receipt_linked",
    "privacy.receipt_served",
    "consent.withdrawn",
    "privacy.withdrawal",
    "account.signed_in",
    "account.signed_out",
    "account.sign_in_failed",
    "access.refused",
    "audit.searched",
    "privacy.dossier_opened",
    "dataset.exported",
    "project.schema_published",
    "redaction.failed",
)
_KIND = {code: number for number, code in enumerate(CODES)}
# Acts that one clip leaves, about, and one more view of it.
_PER_CLIP, _PER_VIEW = 27.6, 5.96

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Acts:
    """Parallel arrays, the earliest act first. `clip` is -1 where no clip is concerned; `request` joins what was done
    in one request; `entropy` is random, for ids and digests.
    """

    time: Numbers
    kind: Numbers
    clip: Numbers
    who: Numbers
    request: Numbers
    entropy: Numbers


class _Story:
    def __init__(self, random: np.random.Generator, days: int) -> None:
        self.random = random
        self.days = days
        self.parts: list[tuple[Numbers, Numbers, Numbers, Numbers, Numbers]] = []
        self.requests = 0

    def tell(self, code: str, time: Numbers, clip: Numbers, who: Numbers, request: Numbers) -> None:
        self.parts.append((time, np.full(len(time), _KIND[code]), clip, who, request))

    def new_requests(self, count: int) -> Numbers:
        self.requests += count
        return np.arange(self.requests - count, self.requests, dtype=np.int64)

    def soon(self, time: Numbers, low: float, high: float) -> Numbers:
        """Between `low` and `high` seconds later."""
        return time + (self.random.uniform(low, high, len(time)) * SECOND).astype(np.int64)

    def some(self, count: int, share: float) -> NDArray[np.bool_]:
        return self.random.random(count) < share

    def people(self, count: int, first: int, size: int) -> Numbers:
        """People of one role, the first of them the busiest by far."""
        weights = 1 / np.arange(1, size + 1)
        return first + self.random.choice(size, count, p=weights / weights.sum()).astype(np.int64)

    def at_work(self, time: Numbers, who: Numbers) -> Numbers:
        """The next shift of these people after these times; now and then somebody works at night."""
        begins = (2 + who % 4 * 3) * HOUR
        night = np.where(self.some(len(time), 0.01), 12 * HOUR, 0)
        within = (self.random.random(len(time)) * 8 * HOUR).astype(np.int64)
        return (time // DAY + 1) * DAY + begins + night + within


def acts(entries: int, seed: int, days: int = DAYS) -> tuple[Acts, int]:
    """Exactly this many acts within so many days (at least 30), the same for the same seed, and how many clips they
    tell of. The clips come before the last 20 days.
    """
    story = _Story(np.random.default_rng(seed), days)
    hot, offices = entries // 5000, entries // 15
    clips = 8 + int(1.02 * (entries - offices - hot * _PER_VIEW) / _PER_CLIP)
    _clips(story, clips, hot)
    _offices(story, offices)
    time, kind, clip, who, request = (np.concatenate(column) for column in zip(*story.parts, strict=True))
    surplus = len(time) - entries
    if surplus < 0:
        raise RuntimeError(f"{-surplus} acts too few were made.")
    order = np.argsort(time, kind="stable")
    kept = np.sort(story.random.choice(len(order), entries, replace=False))
    order = order[kept]
    entropy = story.random.integers(0, 2**63 - 1, entries, dtype=np.int64)
    return Acts(time[order], kind[order], clip[order], who[order], request[order], entropy), clips


def _clips(story: _Story, clips: int, hot: int) -> None:
    """What happens to each clip, and `hot` more views of the first one."""
    everything = np.arange(clips, dtype=np.int64)
    worker = np.full(clips, WORKER)
    received = BEGINNING + np.sort(story.random.integers(0, (story.days - 20) * DAY, clips))
    received[0] = BEGINNING + DAY
    request = story.new_requests(clips)
    story.tell("clip.received", received, everything, np.full(clips, SUBMITTER), request)
    for _ in range(2):
        story.tell("clip.held", story.soon(received, 0, 0.01), everything, np.full(clips, SUBMITTER), request)
    story.tell("redaction.requested", story.soon(received, 1, 2), everything, worker, request)
    done = story.soon(received, 20, 900)
    work = story.new_requests(clips)
    story.tell("clip.original_opened", done, everything, worker, work)
    failed = story.some(clips, 0.0005)
    story.tell("redaction.failed", done[failed], everything[failed], worker[failed], work[failed])
    for code in ("redaction.verified", "clip.hold_released", "content.screened", "clip.hold_released"):
        done = story.soon(done, 0.5, 3)
        story.tell(code, done, everything, worker, work)
    story.tell("review.queued", story.soon(done, 0.1, 1), everything, worker, work)

    views = 1 + story.random.geometric(0.6, clips)
    views[0] += hot
    seen = np.repeat(everything, views)
    who = story.people(len(seen), 0, CONTRACTORS)
    spread = (story.random.exponential(1.5, len(seen)) * DAY).astype(np.int64)
    spread[:hot] = story.random.integers(0, (story.days - 20) * DAY, hot)
    begins = story.at_work(np.repeat(received, views) + spread, who)
    ended = _reviews(story, seen, who, begins)

    last = np.full(clips, 0, dtype=np.int64)
    np.maximum.at(last, seen, ended)
    leads = story.people(clips, CONTRACTORS, LEADS)
    decided = story.at_work(last, leads)
    accepted = story.some(clips, 0.8)
    story.tell(
        "review.accepted",
        decided[accepted],
        everything[accepted],
        leads[accepted],
        story.new_requests(int(accepted.sum())),
    )
    frozen = accepted & story.some(clips, 0.7)
    story.tell(
        "dataset.clip_frozen",
        story.soon(decided, 3600, 5 * 86_400)[frozen],
        everything[frozen],
        worker[frozen],
        request[frozen],
    )
    _rarely(story, everything, decided, leads)


def _reviews(story: _Story, seen: Numbers, who: Numbers, begins: Numbers) -> Numbers:
    """Claimed, watched, handed in; sometimes not. Gives when each ended."""
    moment = begins
    story.tell("review.claimed", moment, seen, who, story.new_requests(len(seen)))
    for code in ("rendition.granted", "rendition.served"):
        moment = story.soon(moment, 0.1, 1)
        story.tell(code, moment, seen, who, story.new_requests(len(seen)))
    for share in (0.98, 0.6, 0.3, 0.1):
        moment = story.soon(moment, 5, 40)
        viewed = story.some(len(seen), share)
        requests = story.new_requests(int(viewed.sum()))
        story.tell("review.watched", moment[viewed], seen[viewed], who[viewed], requests)
    moment = story.soon(moment, 2, 30)
    ends = story.random.choice(4, len(seen), p=(0.93, 0.02, 0.035, 0.015))
    for number, code in enumerate(("review.submitted", "review.expired", "review.skipped", "review.flagged")):
        these = ends == number
        by = np.full(int(these.sum()), WORKER) if code == "review.expired" else who[these]
        story.tell(code, moment[these], seen[these], by, story.new_requests(int(these.sum())))
    flagged = ends == 3
    story.tell(
        "content.flagged",
        moment[flagged] + 1000,
        seen[flagged],
        who[flagged],
        story.new_requests(int(flagged.sum())),
    )
    return moment


def _rarely(story: _Story, clips: Numbers, after: Numbers, leads: Numbers) -> None:
    """Flags decided by leads, receipts, withdrawals."""

    def among(share: float) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        those = story.some(len(clips), share)
        return clips[those], after[those], leads[those], story.new_requests(int(those.sum()))

    clip, moment, lead, request = among(0.03)
    story.tell("content.poster_served", moment, clip, lead, request)
    story.tell("content.flag_upheld", story.soon(moment, 10, 200), clip, lead, request)
    clip, moment, _, request = among(0.03)
    officers = story.people(len(clip), PEOPLE - OPERATORS - OFFICERS, OFFICERS)
    story.tell("privacy.receipt_linked", moment, clip, officers, request)
    for _ in range(3):
        moment = story.soon(moment, 600, 2 * 86_400)
        story.tell("privacy.receipt_served", moment, clip, np.full(len(clip), OWNER), request)
    clip, moment, _, request = among(0.012)
    moment = story.soon(moment, 3600, 9 * 86_400)
    for code in ("consent.withdrawn", "clip.held", "privacy.withdrawal"):
        moment = moment + 800
        story.tell(code, moment, clip, np.full(len(clip), OWNER), request)


def _offices(story: _Story, count: int) -> None:
    """What people do that concerns no clip, and what officers look at."""

    def some(share: float, first: int, size: int) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        number = max(2, int(count * share))
        who = story.people(number, first, size)
        days = BEGINNING + story.random.integers(0, (story.days - 2) * DAY, number)
        return story.at_work(days, who), np.full(number, -1), who, story.new_requests(number)

    engineers, officers = CONTRACTORS + LEADS, CONTRACTORS + LEADS + ENGINEERS
    for code, share in (
        ("account.signed_in", 0.45),
        ("account.signed_out", 0.3),
        ("account.sign_in_failed", 0.05),
        ("access.refused", 0.02),
    ):
        story.tell(code, *some(share, 0, PEOPLE))
    story.tell("audit.searched", *some(0.15, officers, OFFICERS))
    story.tell("dataset.exported", *some(0.01, engineers, ENGINEERS))
    story.tell("project.schema_published", *some(0.0, CONTRACTORS, LEADS))
    time, clip, who, request = some(0.02, officers, OFFICERS)
    story.tell("privacy.dossier_opened", time, np.zeros_like(clip), who, request)
