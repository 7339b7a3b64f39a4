"""The exception whose message is shown to people."""


class UserError(Exception):
    """A problem that a person can solve.

    Page and command line show the message as it is: what happened, what was expected and how to fix it.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]  # IPython's hook: a notebook shows the sentence alone
