"""Who received something of somebody, in which countries, and where it came from: kinds of people, never names."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from annotations.clips.models import Clip
from annotations.rights.answer.households import submitter
from annotations.rights.answer.values import Record
from annotations.rights.contacts import EEA, countries_of_people, outside_eea

Chapter = dict[str, Any]


def recipients(chapters: Iterable[Chapter]) -> list[Record]:
    """The kinds of people who watched clips or fetched copies, how often, and in which countries they sit."""
    times: dict[tuple[str, str], int] = defaultdict(int)
    countries: dict[tuple[str, str], set[str]] = defaultdict(set)
    for chapter in chapters:
        for what, seen in ((_("watched clips"), "watched"), (_("fetched a training set"), "handed_out")):
            for each in chapter[seen]:
                key = (str(each["who"]), what)
                times[key] += 1
                countries[key] |= {each["country"]} - {""}
    return [
        {"who": who, "what": what, "times": count, "countries": sorted(countries[who, what])}
        for (who, what), count in sorted(times.items())
    ]


def transfers(received: Iterable[Record]) -> dict[str, Any]:
    """The countries in which somebody received something, and those in which people sit who may (Art. 15(1)(c), (2)).

    `safeguard` is what the operator stated for countries outside the EEA; empty when nothing was stated.
    """
    reached = sorted({country for each in received for country in each["countries"]})
    possible = countries_of_people()
    outside = outside_eea(sorted({*reached, *possible}))
    return {
        "reached": reached,
        "people_may_sit_in": possible,
        "outside_eea": outside,
        "safeguard": settings.TRANSFER_SAFEGUARD if outside else "",
        "eea": sorted(EEA),
    }


def origin(clips: Sequence[Clip]) -> list[Record]:
    """From whom the clips came (Art. 15(1)(g)), and by which program of cameras."""
    found: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        found[submitter(clip.owner)].append(clip)
    return [
        {
            "who": who,
            "clips": len(sent),
            "cameras": len({clip.device_id for clip in sent if clip.device_id}),
        }
        for who, sent in sorted(found.items())
    ]
