"""Measures which lines and branches the tests run, templates included: `./workbench test coverage`.

On SQLite, without the slow tests and the browsers: what confined children, killed programs and Chromium run cannot be
measured, or is measured elsewhere as well. The exit status is 1 when a test fails or the share is below the
`fail_under` of `pyproject.toml`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "coverage"
TESTS = [
    *("-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-m", "not slow and not long"),
    *("--ignore", "tests/browser"),
]


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    variables = {
        **os.environ,
        "TEST_DATABASE": "sqlite",
        "COVERAGE_FILE": str(FOLDER / "data"),
        "COVERAGE_OF_TEMPLATES": "1",
    }

    def coverage(*arguments: str) -> None:
        command = [sys.executable, "-m", "coverage", *arguments]
        if status := subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode:
            sys.exit(status)

    coverage("run", *TESTS)
    coverage("combine", "--quiet")
    coverage("report")


if __name__ == "__main__":
    main()
