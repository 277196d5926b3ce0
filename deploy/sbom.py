"""The bill of materials: every pinned package with its version, licence and digests, as CycloneDX 1.6.

    ./workbench sbom [FILE]        writes it (build/sbom.cdx.json)

What servers run is `required`; what only checks is `excluded`. Packages for other systems are listed as well, since the
lock files pin them.
"""

import argparse
import base64
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from deploy.licences import licence_of, licences_of_npm

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("requirements.txt", "requirements-models.txt", "requirements-npm.txt")
CHECKS = "requirements-dev.txt"
_PINNED = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==([^ ;\\]+)([^\n]*\\\n(?:    .*\n?)*)", re.MULTILINE
)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """A pinned package; `digests` are those of its files, in hexadecimal."""

    kind: str
    name: str
    version: str
    algorithm: HashAlgorithm
    digests: frozenset[str]
    licence: str
    required: bool


def pinned(file: str) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Name, version and SHA-256 digests of each package in a lock file of Python's."""
    for name, version, rest in _PINNED.findall((ROOT / file).read_text()):
        yield name.lower(), version, frozenset(_DIGEST.findall(rest))


def packages() -> list[Package]:
    """Every package of every lock file, once; raises LookupError where a licence is not known."""
    folders = [Path(os.environ.get("MODELS_DIR", ROOT / "var" / "models"))]
    found: dict[tuple[str, str, str], Package] = {}
    for file in (*PRODUCT, CHECKS):
        for name, version, digests in pinned(file):
            licence = licence_of(name, folders)
            package = Package("pypi", name, version, HashAlgorithm.SHA_256, digests, licence, file in PRODUCT)
            found.setdefault((package.kind, name, version), package)
    for package in _of_npm():
        found.setdefault((package.kind, package.name, package.version), package)
    return list(found.values())


def _of_npm() -> Iterator[Package]:
    licences = licences_of_npm()
    for place, locked in json.loads((ROOT / "package-lock.json").read_text())["packages"].items():
        if place:
            digest = base64.b64decode(locked["integrity"].removeprefix("sha512-")).hex()
            name, version = place.removeprefix("node_modules/"), locked["version"]
            yield Package(
                "npm", name, version, HashAlgorithm.SHA_512, frozenset({digest}), licences[place], False
            )


def bill() -> str:
    """The bill of materials as JSON, valid by CycloneDX's own schema. Raises ValueError when it is not."""
    made = Bom()
    made.metadata.component = Component(
        name="clip-review-workbench", type=ComponentType.APPLICATION, bom_ref="clip-review-workbench"
    )
    for package in packages():
        made.components.add(_component(package))
    made.register_dependency(made.metadata.component, made.components)
    text = JsonV1Dot6(made).output_as_string(indent=1)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"The bill of materials does not fit its schema: {error}")
    return text


def _component(package: Package) -> Component:
    group, _, name = package.name.rpartition("/")
    address = PackageURL(package.kind, group or None, name, package.version)
    return Component(
        name=name,
        group=group or None,
        version=package.version,
        type=ComponentType.LIBRARY,
        purl=address,
        bom_ref=address.to_string(),
        licenses=[LicenseFactory().make_from_string(package.licence)],
        hashes=[HashType(alg=package.algorithm, content=digest) for digest in sorted(package.digests)],
        scope=ComponentScope.REQUIRED if package.required else ComponentScope.EXCLUDED,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="workbench sbom", description="Writes the bill of materials.")
    parser.add_argument("file", nargs="?", type=Path, default=ROOT / "build" / "sbom.cdx.json")
    target = parser.parse_args().file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(bill() + "\n")
    sys.stdout.write(f"{len(packages())} packages: {target}\n")


if __name__ == "__main__":
    main()
