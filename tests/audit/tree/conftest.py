"""Without the published vectors their tests are left out, and the run says so; the property tests always stand."""

import pytest

from tests.audit.tree import vectors

collect_ignore = [] if vectors.folder() else ["test_vectors.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if vectors.folder() is None:
        terminalreporter.write_line(
            "No published vectors (VECTORS_DIR, or shared/vectors beside the checkout): not tried."
        )
