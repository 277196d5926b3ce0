"""Which actions of the transition tables a route triggers.

The permission matrix opens a route by role and the tables let roles act: `disagreements` compares the two, as a check
of the system (`manage.py check`) that fails when a role may press a button and is then refused, or may act by a table
and reaches no route.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from annotations.accounts.matrix import ROLES, Matrix, matrix
from annotations.accounts.rules import PROPOSALS
from annotations.break_glass.rules import BREAK_GLASS
from annotations.core.transitions import TransitionTable
from annotations.moderation.rules import FLAGS
from annotations.outgoing.rules import OUTGOING_MESSAGES
from annotations.oversight.rules import ALERTS
from annotations.redaction.rules import UNREDACTIONS, UNVERIFIED
from annotations.review.rules import ASSIGNMENTS, TASKS
from annotations.rights.rules import LEGAL_HOLDS, REQUESTS, RETENTION_RULES
from reviewapp.diagrams import tables

Action = tuple[TransitionTable, str]

# All of them are sent with POST.
ACTIONS: dict[str, tuple[Action, ...]] = {
    "accounts:decide_proposal": ((PROPOSALS, "agree"), (PROPOSALS, "refuse")),
    "accounts:decide_loss": ((PROPOSALS, "agree to a loss"), (PROPOSALS, "refuse a loss")),
    "accounts:take_back_proposal": ((PROPOSALS, "take back"),),
    "redaction:decide_unredaction": ((UNREDACTIONS, "approve"), (UNREDACTIONS, "refuse")),
    "redaction:take_back_unredaction": ((UNREDACTIONS, "take back"),),
    "redaction:hide_again": ((UNREDACTIONS, "hide again"),),
    "moderation:try_strictly": ((UNVERIFIED, "try strictly"),),
    "moderation:discard": ((UNVERIFIED, "discard"),),
    "operations_retry": ((UNVERIFIED, "start again"),),
    "send_message_again": ((OUTGOING_MESSAGES, "send again"),),
    "moderation:decide": ((FLAGS, "uphold"), (FLAGS, "dismiss")),
    "moderation:decide_together": ((FLAGS, "uphold"), (FLAGS, "dismiss")),
    "review:next": ((ASSIGNMENTS, "claim"), (ASSIGNMENTS, "resume"), (ASSIGNMENTS, "extend")),
    "review:claim": ((ASSIGNMENTS, "claim"), (ASSIGNMENTS, "resume"), (ASSIGNMENTS, "extend")),
    "review:resume": ((ASSIGNMENTS, "resume"), (ASSIGNMENTS, "extend")),
    "review:extend": ((ASSIGNMENTS, "extend"), (ASSIGNMENTS, "resume")),
    "review:submit": ((ASSIGNMENTS, "submit"), (ASSIGNMENTS, "resume")),
    "review:skip": ((ASSIGNMENTS, "skip"),),
    "review:flag": ((ASSIGNMENTS, "flag"),),
    "review:missed_regions": (
        (ASSIGNMENTS, "report something to hide"),
        (ASSIGNMENTS, "report one more thing to hide"),
        (UNREDACTIONS, "report something to hide"),
    ),
    "review:accept": ((TASKS, "accept"), (ASSIGNMENTS, "accept"), (ASSIGNMENTS, "supersede")),
    "review:return": ((TASKS, "return"), (ASSIGNMENTS, "return")),
    "review:set_aside": ((TASKS, "set aside"),),
    "review:reopen": ((TASKS, "reopen"),),
    "oversight:take_alert": ((ALERTS, "take"),),
    "oversight:give_back_alert": ((ALERTS, "give back"),),
    "oversight:resolve_alert": ((ALERTS, "explain"), (ALERTS, "escalate")),
    "rights:step_access_request": (
        (REQUESTS, "compile"),
        (REQUESTS, "review"),
        (REQUESTS, "answer"),
        (REQUESTS, "refuse"),
    ),
    "rights:decide_retention_rule": (
        (RETENTION_RULES, "agree"),
        (RETENTION_RULES, "agree for later"),
        (RETENTION_RULES, "refuse"),
        (RETENTION_RULES, "take back"),
    ),
    "rights:step_legal_hold": (
        (LEGAL_HOLDS, "agree"),
        (LEGAL_HOLDS, "refuse"),
        (LEGAL_HOLDS, "ask to extend"),
        (LEGAL_HOLDS, "ask to release"),
    ),
    "break_glass:decide": ((BREAK_GLASS, "approve"), (BREAK_GLASS, "refuse")),
    "break_glass:close": ((BREAK_GLASS, "close"),),
}


def roles_of(table: TransitionTable, action: str) -> frozenset[str]:
    """The roles of accounts to which the table opens the action, in whatever state."""
    return frozenset(role for t in table if t.action == action for role in t.who.roles) & frozenset(ROLES)


def disagreements(found: Matrix, known: Iterable[TransitionTable]) -> Iterator[str]:
    """Where the matrix and the tables differ, and actions of people that no route triggers."""
    for route, actions in ACTIONS.items():
        opened = found.rule(route, "POST").roles
        for table, action in actions:
            if opened != (acting := roles_of(table, action)):
                yield (
                    f"{route} is open to {', '.join(sorted(opened)) or 'nobody'}, but “{action}” of the table "
                    f"“{table.name}” to {', '.join(sorted(acting)) or 'nobody'}."
                )
    triggered = {(table.name, action) for actions in ACTIONS.values() for table, action in actions}
    for table in known:
        for action in dict.fromkeys(t.action for t in table):
            if roles_of(table, action) and (table.name, action) not in triggered:
                yield f"No route of ACTIONS triggers “{action}” of the table “{table.name}”."


@register(Tags.security)
def check_actions(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Error(text, id="reviewapp.E001") for text in disagreements(matrix(), tables().values())]
