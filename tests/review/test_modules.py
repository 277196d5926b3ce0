"""The labeling page preloads its modules."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"


def _needed(script: Path, found: set[Path]) -> set[Path]:
    """Every module that the script imports, directly or through another."""
    for imported in re.findall(
        r'^(?:import|export|\}).*? from "(\.[\w./-]+\.js)";$', script.read_text(), re.M
    ):
        module = (script.parent / imported).resolve()
        if module not in found:
            found.add(module)
            _needed(module, found)
    return found


def test_the_labeling_page_asks_for_every_module_at_once() -> None:
    template = (ROOT / "templates" / "review" / "_modules.html").read_text()
    preloaded = re.findall(r'\{% static "([\w/-]+\.js)" %\}', template)
    needed = _needed(STATIC / "workbench" / "main.js", set())
    assert preloaded == sorted(str(module.relative_to(STATIC)) for module in needed)
