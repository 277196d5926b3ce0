"""What the documentation draws from tables that are data: state diagrams, and the policy of retries."""

import importlib

from django.apps import apps

from annotations.core.stages import POLICY
from annotations.core.transitions import TransitionTable

BEGIN, END = "<!-- diagrams:begin -->\n", "<!-- diagrams:end -->"


def tables() -> dict[str, TransitionTable]:
    """Every transition table of the site by `context.NAME`: the module-level ones of each context's `rules.py`."""
    found = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("annotations."):
            continue
        try:
            rules = importlib.import_module(f"{config.name}.rules")
        except ModuleNotFoundError as error:
            if error.name != f"{config.name}.rules":
                raise
            continue
        for name, value in vars(rules).items():
            if isinstance(value, TransitionTable):
                found[f"{config.label}.{name}"] = value
    return found


def mermaid(table: TransitionTable) -> str:
    """The table as a Mermaid state diagram; who acts stands in brackets."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in sorted(table.initial)]
    lines += [f"    {t.source} --> {t.target}: {t.action} [{t.who}]" for t in table]
    lines += [f"    {state} --> [*]" for state in sorted(table.final)]
    return "\n".join([*lines, "```", ""])


def retries() -> str:
    """The policy of retries of every stage, as a Markdown table."""
    lines = [
        "### What follows an attempt of a run",
        "",
        "| an attempt ended with | attempts are left | none is left |",
    ]
    lines += ["|---|---|---|", *(f"| {rule.outcome} | {rule.left} | {rule.exhausted} |" for rule in POLICY)]
    return "\n".join([*lines, ""])


def drawn(text: str) -> str:
    """The document with everything between its markers drawn afresh. ValueError when it lacks the markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"There is no {BEGIN.strip()} ... {END} to draw between.")
    blocks = [
        f"### {name.split('.')[0]}: {table.name}\n\n{mermaid(table)}\n" for name, table in tables().items()
    ]
    return f"{before}{BEGIN}\n{''.join(blocks)}{retries()}\n{END}{after}"


def current(text: str) -> bool:
    return drawn(text) == text
