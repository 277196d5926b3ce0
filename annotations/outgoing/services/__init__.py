"""Everything that leaves the site by mail or webhook goes through here."""

from annotations.outgoing.services.forgetting import forget
from annotations.outgoing.services.sending import send
from annotations.outgoing.services.telling import send_again, tell, tell_person, try_target

__all__ = ["forget", "send", "send_again", "tell", "tell_person", "try_target"]
