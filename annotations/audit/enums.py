from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DetailState(TextChoices):
    """What became of what an entry tells in somebody's own words. The labels are shown to privacy officers."""

    NONE = "none", _("the entry has no detail")
    READABLE = "readable", _("the detail is what the entry committed to")
    ERASED = "erased", _("The detail was erased; the log tells when and by whom.")
    TAMPERED = "tampered", _("The detail is missing or altered, and no erasure on the log explains it.")
    UNREACHABLE = "unreachable", _("The detail cannot be read now: the store of the keys does not answer.")


class KeysDestroyed(TextChoices):
    """Why the keys of a subject were destroyed."""

    OFFICER = "officer", _("An officer decided so")
    OWNER_ASKED = "owner_asked", _("The owner asked for it")
    RETENTION = "retention", _("Its time was over")
