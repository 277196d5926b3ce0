"""The entries that this context writes."""

from annotations.audit.registry import action

DOSSIER_OPENED = action("privacy.dossier_opened", "Opened the clip's dossier")
OWNER_LOOKED_UP = action(
    "privacy.looked_up", "Looked up clips at the privacy desk; found: {found}", ["found"]
)
WITHDRAWAL = action("privacy.withdrawal", "Withdrawal of consent asked for by the {source}", ["source"])
ERASURE_PREPARED = action(
    "privacy.erasure_prepared",
    "Looked up what an erasure of this subject would destroy; details: {details}",
    ["details"],
)
ERASURE_CERTIFIED = action("privacy.erasure_certified", "Certificate of an erasure shown: {entry}", ["entry"])
RECEIPT_SERVED = action("privacy.receipt_served", "Receipt shown")
RECEIPT_LINKED = action("privacy.receipt_linked", "Link to the owner's receipt made")
