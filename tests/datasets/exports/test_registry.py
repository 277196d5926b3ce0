"""The registry of export formats, and what reads it."""

import re
from pathlib import Path

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from annotations.accounts.enums import Role
from annotations.datasets.exports import registry
from annotations.datasets.exports.base import Exporter, Part
from annotations.datasets.exports.registry import EXPORTERS
from annotations.datasets.models import ExportFile
from tests.factories import make_user

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "exports.md"


def row(exporter: type[Exporter]) -> str:
    """The format's row in the table of docs/exports.md."""
    carries = ", ".join(part.value for part in Part if part in exporter.carries)
    cells = [
        f"`{exporter.code}`",
        str(exporter.label),
        f"`{exporter.content_type}`",
        str(exporter.version),
        carries,
    ]
    return f"| {' | '.join(cells)} |"


def test_codes_are_unique_and_fit_addresses_entries_and_rows() -> None:
    codes = [exporter.code for exporter in EXPORTERS]
    longest = ExportFile._meta.get_field("format")
    assert isinstance(longest, models.CharField)
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9_]*", code)] == []
    assert max(map(len, codes)) <= (longest.max_length or 0)


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.code)
def test_every_format_states_its_contract(exporter: type[Exporter]) -> None:
    assert str(exporter.label)
    assert re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]+)*", exporter.suffix)
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", exporter.content_type)
    assert exporter.version >= 1
    assert exporter.carries


def test_the_table_of_the_documentation_is_the_registry() -> None:
    rows = [line for line in DOCUMENT.read_text().splitlines() if re.match(r"\| `\w+` \| .* \| `\w+/", line)]
    registered = [row(exporter) for exporter in EXPORTERS]
    assert rows == registered, "\n".join(["The rows in docs/exports.md have to be", *registered])


@pytest.mark.django_db
def test_the_api_offers_every_format(client: Client) -> None:
    client.force_login(make_user(Role.ML_ENGINEER))
    schema = client.get(reverse("api_schema"), {"format": "json"}).json()
    operation = schema["paths"]["/api/v1/releases/{release_id}/files/{format_code}"]["get"]
    (code,) = (each for each in operation["parameters"] if each["name"] == "format_code")
    assert set(code["schema"]["enum"]) == {exporter.code for exporter in EXPORTERS}
    assert set(operation["responses"]["200"]["content"]) == {exporter.content_type for exporter in EXPORTERS}


def test_a_format_that_is_no_longer_registered_has_its_code_for_a_name() -> None:
    assert registry.label("gone") == "gone"
    assert registry.content_type("gone") == "application/octet-stream"
