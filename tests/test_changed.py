"""Which tests the quick lane chooses."""

import pytest

from tests.changed import ROOT, chosen, contexts

pytestmark = pytest.mark.once

KNOWN = {"core": set[str](), "clips": {"core"}, "review": {"core", "clips"}, "datasets": {"core", "review"}}


@pytest.mark.parametrize(
    "path",
    [
        "annotations/clips/gate.py",
        "templates/clips/list.html",
        "static/clips/list.js",
        "tests/clips/factories.py",
    ],
)
def test_a_file_of_a_context_chooses_its_tests_and_those_of_who_imports_it(path: str) -> None:
    assert chosen([path], KNOWN) == {"tests/clips", "tests/review"}


def test_what_most_others_import_chooses_its_own_tests_and_those_of_the_whole_site() -> None:
    tests = chosen(["annotations/core/ids.py"], KNOWN)
    assert "tests/core" in tests
    assert "tests/test_permissions.py" in tests
    assert "tests/review" not in tests


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "reviewapp/urls.py", "tests/factories.py", "static/js/model.js"]
)
def test_what_belongs_to_no_context_chooses_the_tests_of_the_whole_site(path: str) -> None:
    tests = chosen([path], KNOWN)
    assert "tests/test_architecture.py" in tests
    assert "tests/clips" not in tests


def test_a_changed_test_runs_though_its_folder_is_no_context() -> None:
    assert "tests/deploy/test_nginx.py" in chosen(["tests/deploy/test_nginx.py"], KNOWN)


def test_without_a_change_nothing_runs() -> None:
    assert chosen([], KNOWN) == set()


def test_contexts_are_those_of_the_source_tree() -> None:
    known = contexts()
    assert known["core"] == set()
    assert "clips" in known["redaction"]
    assert all((ROOT / "annotations" / name).is_dir() for name in known)
