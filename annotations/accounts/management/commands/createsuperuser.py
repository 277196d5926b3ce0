from annotations.accounts.management.closed import ClosedCommand


class Command(ClosedCommand):
    instead = "There are no superusers. Make an account with create_account."
