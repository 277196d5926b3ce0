"""What messages may say: one line here, and a text in `templates/outgoing/`, for each thing that leaves the site.

A message carries no content of clips and no name: codes, numbers, pseudonyms, and addresses of pages that ask for a
sign-in. Each field says what it may hold, as those of entries do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotations.audit.fields import CODE, COUNT, DAY, ID, NAME, PSEUDONYM, Field, list_of


@dataclass(frozen=True)
class Template:
    """`page` is the path of the page to open, with fields in braces."""

    code: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    page: str = "/"

    def check(self, facts: dict[str, Any]) -> None:
        """ValueError when the facts are others than declared, or one of them holds what it may not."""
        if facts.keys() != self.fields.keys():
            raise ValueError(f"{self.code} has the fields {sorted(self.fields)}, not {sorted(facts)}")
        for name, each in self.fields.items():
            if not each.fits(facts[name]):
                raise ValueError(f"{self.code}: {name} is not {each.holds}")

    def path(self, facts: dict[str, Any]) -> str:
        return self.page.format_map(facts)


ALERT_RAISED = Template("alert.raised", {"alert": ID, "rule": CODE, "person": PSEUDONYM}, "/alerts/{alert}/")
ALARM = Template("operations.alarm", {"codes": list_of(CODE, 20)}, "/operations/")
ALL_CLEAR = Template("operations.all_clear", page="/operations/")
DELETIONS_WAIT = Template("deletions.wait", {"requests": COUNT}, "/datasets/deletions/")
KEY_ENDS = Template(
    "key.ends", {"prefix": NAME, "account": PSEUDONYM, "ends": DAY, "days": COUNT}, "/people/"
)
REQUEST_DUE = Template(
    "access_request.due", {"request": ID, "due": DAY, "days": COUNT}, "/requests/{request}/"
)
SIGN_IN_LINK = Template("account.link", page="/sign-in/")
TRIAL = Template("outgoing.trial", page="/operations/messages/")

TEMPLATES = {
    each.code: each
    for each in (ALERT_RAISED, ALARM, ALL_CLEAR, DELETIONS_WAIT, KEY_ENDS, REQUEST_DUE, SIGN_IN_LINK, TRIAL)
}
