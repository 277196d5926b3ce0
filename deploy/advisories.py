"""Whether advisories are known against a pinned package, and an honest word where nobody could be asked.

Ends with 1 when one is known, or when the question itself went wrong. Lines that begin with `note: ` are repeated in
the summary of `./workbench test`: where a source cannot be reached, nothing is passed over in silence.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK_FILES = ("requirements-dev.txt", "requirements-models.txt", "requirements-npm.txt")
"""The first holds what servers run as well."""
SECONDS = 240
NOT_ASKED = "advisories: not asked, no source can be reached"
_AWAY = (
    "ConnectionError",
    "ServiceError",
    "ENOTFOUND",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "audit endpoint returned",
)


@dataclass(frozen=True)
class Finding:
    """What a tool said: `known` advisories, and of how many packages it could ask nobody."""

    known: tuple[str, ...] = ()
    unasked: int = 0
    packages: int = 0

    @property
    def in_words(self) -> list[str]:
        if self.unasked == self.packages:
            return [f"note: {NOT_ASKED}"]
        if self.unasked:
            return [f"note: advisories: not asked of {self.unasked} of {self.packages} packages"]
        return [f"{self.packages} packages asked of, {len(self.known)} advisories"]


def of_python(said: str, complaint: str) -> Finding:
    """What pip-audit's JSON tells. A package that its source does not know is one that nobody was asked of.

    Raises ValueError when it is neither an answer nor a source out of reach.
    """
    if not said.strip():
        return _away(complaint)
    listed: list[dict[str, Any]] = json.loads(said)["dependencies"]
    known = [
        f"{each['name']} {each['version']}: {found['id']}"
        for each in listed
        for found in each.get("vulns", [])
    ]
    return Finding(tuple(known), sum("skip_reason" in each for each in listed), len(listed))


def of_npm(said: str, complaint: str) -> Finding:
    """What `npm audit --json` tells; raises as `of_python` does."""
    found: dict[str, Any] = json.loads(said) if said.strip() else {}
    if "vulnerabilities" not in found:
        return _away(complaint + json.dumps(found))
    known = [f"{name}: {each['severity']}" for name, each in found["vulnerabilities"].items()]
    return Finding(tuple(known), 0, int(found["metadata"]["dependencies"]["total"]))


def _away(complaint: str) -> Finding:
    if any(word in complaint for word in _AWAY):
        return Finding()
    raise ValueError(f"The advisories could not be read: {complaint[-2000:]}")


def main() -> None:
    requirements = [part for name in LOCK_FILES for part in ("--requirement", name)]
    audit = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    python = _run([*audit, "--progress-spinner", "off", "--timeout", "10", *requirements])
    npm = _run([str(Path(sys.executable).parent / "npm"), "audit", "--json"])
    wrong = False
    for name, finding in (("Python", of_python(*python)), ("npm", of_npm(*npm))):
        sys.stdout.write("\n".join([f"{name}:", *finding.in_words, *finding.known]) + "\n")
        wrong = wrong or bool(finding.known)
    sys.exit(wrong)


def _run(command: list[str]) -> tuple[str, str]:
    """What it said, and its complaints; a tool that waits for ever has reached nobody."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "", "ConnectionError: no answer in time"
    return done.stdout, done.stderr


if __name__ == "__main__":
    main()
