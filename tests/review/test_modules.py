import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "static" / "workbench"


def _needed(name: str, found: set[str]) -> set[str]:
    for imported in re.findall(
        r'^(?:import|export|\}).*? from "\./([\w-]+\.js)";$', (SCRIPTS / name).read_text(), re.M
    ):
        if imported not in found:
            found.add(imported)
            _needed(imported, found)
    return found


def test_the_labeling_page_asks_for_every_module_at_once() -> None:
    preloaded = re.findall(
        r"workbench/([\w-]+\.js)", (ROOT / "templates" / "review" / "_modules.html").read_text()
    )
    assert set(preloaded) == _needed("main.js", set())
    assert len(preloaded) == len(set(preloaded))
