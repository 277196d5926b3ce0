"""Ids are cut the same everywhere."""

import uuid

from annotations.core.templatetags.identifiers import short


def test_a_uuid_is_shown_by_its_first_eight_digits_and_a_pseudonym_whole() -> None:
    clip = uuid.UUID("160265a1-0873-4a52-9a55-111111111111")
    assert short(clip) == short(str(clip)) == "160265a1"
    assert short("o-btvrfgfh") == "o-btvrfgfh"
