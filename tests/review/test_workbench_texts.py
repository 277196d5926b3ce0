import re
from pathlib import Path

from annotations.review.templatetags.workbench_texts import workbench_texts

SCRIPTS = Path(__file__).parents[2] / "static" / "workbench"


def _asked() -> tuple[set[str], set[str]]:
    """Return the keys that the scripts ask for, and the beginnings of those that they put together."""
    source = "\n".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    calls = re.findall(r"\bsay(\([^(){]*)", source)
    keys = {key for call in calls for key in re.findall(r'(?:^\(|[?:] )"([\w.]+)"', call)}
    return keys, set(re.findall(r"say\(`([\w.]+)\$", source))


def test_every_sentence_that_the_scripts_say_has_a_text() -> None:
    texts = workbench_texts()
    keys, beginnings = _asked()
    assert len(keys) > 80
    assert keys - texts.keys() == set()
    assert {start for start in beginnings if not any(key.startswith(start) for key in texts)} == set()


def test_every_action_has_a_name_in_the_list_of_keys() -> None:
    actions = re.findall(r'\{\s*id: "(\w+)"', (SCRIPTS / "keys.js").read_text())
    assert len(actions) > 25
    assert {f"action.{action}" for action in actions} <= workbench_texts().keys()


def test_no_text_is_left_over() -> None:
    keys, beginnings = _asked()
    source = "\n".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    left_over = {
        key
        for key in workbench_texts()
        if key not in keys
        and f'"{key}"' not in source
        and not any(key.startswith(start) for start in beginnings)
    }
    assert {key for key in left_over if not key.endswith("Text")} == set()
