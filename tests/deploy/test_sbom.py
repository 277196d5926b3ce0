"""The bill of materials holds every pinned package, and each may be passed on beside a program under Apache-2.0."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model import HashAlgorithm

from deploy import sbom
from deploy.licences import goes_with_apache, licence_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    """As it is written, which its schema was asked about before."""
    found: dict[str, Any] = json.loads(sbom.bill())
    return found


def locked() -> Counter[tuple[str, str]]:
    """Names and versions in all lock files, read in another way than the bill's."""
    found = set()
    for file in ROOT.glob("requirements*.txt"):
        for line in file.read_text().splitlines():
            if match := re.match(r"([a-z0-9._-]+)(?:\[.*?\])?==(\S+)", line):
                found.add((match[1], match[2]))
    for place, package in json.loads((ROOT / "package-lock.json").read_text())["packages"].items():
        if place:
            found.add((place.split("/")[-1], package["version"]))
    return Counter(found)


def test_every_pinned_package_is_in_it_once(bill: dict[str, Any]) -> None:
    listed = Counter((each["name"], each["version"]) for each in bill["components"])
    assert listed == locked()


def test_every_package_has_a_licence_and_the_digests_of_its_files(bill: dict[str, Any]) -> None:
    lock = "".join(file.read_text() for file in ROOT.glob("requirements*.txt"))
    for each in bill["components"]:
        assert each["licenses"], each["name"]
        assert each["hashes"], each["name"]
        if each["purl"].startswith("pkg:pypi/"):
            assert all(f"sha256:{digest['content']}" in lock for digest in each["hashes"])


def test_what_only_checks_is_told_from_what_servers_run(bill: dict[str, Any]) -> None:
    scopes = {each["name"]: each["scope"] for each in bill["components"]}
    assert (scopes["django"], scopes["nudenet"], scopes["pytest"]) == ("required", "required", "excluded")


def test_a_bill_that_does_not_fit_its_schema_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = sbom.Package("pypi", "one", "1", HashAlgorithm.SHA_256, frozenset({"no digest"}), "MIT", True)
    monkeypatch.setattr(sbom, "packages", lambda: [wrong])
    with pytest.raises(ValueError, match="does not fit its schema"):
        sbom.bill()


def test_every_licence_goes_with_ours_or_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    others = [each for each in sbom.packages() if not goes_with_apache(each.licence)]
    unnamed = [f"{each.name}: {each.licence}" for each in others if f"`{each.name}`" not in notice]
    assert unnamed == [], "NOTICE says what these are used for, and under which licence."


@pytest.mark.parametrize(
    ("expression", "goes"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("BSD-3-Clause AND LGPL-3.0-only", False),
        ("MPL-2.0 AND (GPL-2.0-only OR Apache-2.0)", True),
        ("AGPL-3.0-only", False),
    ],
)
def test_an_expression_goes_with_ours_when_compatible_licences_meet_it(expression: str, goes: bool) -> None:
    assert goes_with_apache(expression) is goes


def test_a_package_whose_licence_nobody_has_read_is_told() -> None:
    with pytest.raises(LookupError, match="nothing-of-the-kind"):
        licence_of("nothing-of-the-kind")


def test_the_documents_say_how_soon_a_known_weakness_has_to_be_gone() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text().split("How soon a known weakness has to be gone")[1]
    days = [int(found) for found in re.findall(r"^\|.+\| (\d+) days \|$", text, re.M)]
    assert len(days) == 3
    assert days == sorted(days)
