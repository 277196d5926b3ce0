"""Where the published test vectors are: VECTORS_DIR, or `shared/vectors` beside this checkout or one of its parents."""

import functools
import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@functools.cache
def folder() -> Path | None:
    if named := os.environ.get("VECTORS_DIR"):
        return Path(named) / "merkle" if (Path(named) / "merkle").is_dir() else Path(named)
    found = (parent / "shared" / "vectors" / "merkle" for parent in ROOT.parents)
    return next((each for each in found if each.is_dir()), None)


def load(name: str) -> Any:
    """The file's content; None where there are no vectors (the property tests stand alone then)."""
    place = folder()
    return json.loads((place / f"{name}.json").read_text()) if place else None


def cases(name: str, key: str = "cases") -> list[Any]:
    """The cases of a file; empty where there are no vectors."""
    content = load(name)
    return content[key] if content else []
