"""Advisories are asked for, and where nobody could be asked that is said: a skipped question is no good answer.

What the tools say is somebody else's, so it is given here as they were seen to say it.
"""

import json

import pytest

from deploy.advisories import NOT_ASKED, Finding, of_npm, of_python

SKIPPED = {"name": "two", "skip_reason": "Dependency not found and could not be audited: two (2.0)"}
SOUND = {"name": "one", "version": "1.0", "vulns": []}
KNOWN = {"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]}


def python(*dependencies: object) -> Finding:
    return of_python(
        json.dumps({"dependencies": dependencies, "fixes": []}), "No known vulnerabilities found"
    )


def test_a_known_advisory_is_named() -> None:
    assert python(KNOWN).known == ("one 1.0: PYSEC-2026-1",)
    found = of_npm(
        '{"vulnerabilities": {"one": {"severity": "high"}}, "metadata": {"dependencies": {"total": 3}}}', ""
    )
    assert found.known == ("one: high",)


def test_packages_that_the_source_does_not_know_were_not_asked_of() -> None:
    """pip-audit says "No known vulnerabilities found" then, and ends with 0."""
    assert python(SKIPPED, SKIPPED).in_words == [f"note: {NOT_ASKED}"]
    assert python(SKIPPED, SOUND).in_words == ["note: advisories: not asked of 1 of 2 packages"]
    assert python(SOUND).in_words == ["1 packages asked of, 0 advisories"]


@pytest.mark.parametrize(
    "complaint", ["requests.exceptions.ConnectionError: ...", "npm error code ENOTFOUND"]
)
def test_a_source_that_cannot_be_reached_is_told(complaint: str) -> None:
    for asked in (of_python("", complaint), of_npm("", complaint)):
        assert asked.in_words == [f"note: {NOT_ASKED}"]
    refused = '{"message": "405 Method Not Allowed", "headers": {}}'
    assert of_npm(refused, "npm error audit endpoint returned an error").in_words == [f"note: {NOT_ASKED}"]


def test_a_tool_that_went_wrong_in_another_way_fails() -> None:
    for ask in (of_python, of_npm):
        with pytest.raises(ValueError, match="unexpected argument"):
            ask("", "unexpected argument")
