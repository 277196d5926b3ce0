"""Why a message did not leave."""


class NotSent(Exception):
    """An attempt failed: `code` is stable, and `final` says that no other attempt would help."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final
