from annotations.accounts.management.closed import ClosedReset


class Command(ClosedReset):
    pass
