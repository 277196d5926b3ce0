from annotations.accounts.management.closed import ClosedCommand


class Command(ClosedCommand):
    instead = (
        "People change their passwords on the pages of their accounts. For who has lost theirs an operator makes a new "
        "sign-in link on the page People."
    )
