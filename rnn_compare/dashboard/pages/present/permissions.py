"""Who may present: the presenter, and without a pass whoever sits at the machine itself.

Where everybody may train, not everybody may reveal: a class that was to predict would look first.
"""

from collections.abc import Callable

from rnn_compare.dashboard.widgets import flash
from rnn_compare.errors import UserError
from rnn_compare.server.access import presenter, visitor

AT_THE_MACHINE = (
    "No presenter's pass is set, so a lecture is given from the machine itself. Set a pass to present from another one "
    "(docs/security.md)."
)


def why_not() -> str | None:
    """Returns why this visitor may not present, in a sentence; None for whoever may."""
    if presenter.is_open():
        return None if visitor.is_at_the_machine() else AT_THE_MACHINE
    return presenter.why_not()


def press(act: Callable[..., object], *arguments: object) -> None:
    """Does what a button says, for whoever may present; what goes wrong is said on the page."""
    with flash.noting(flash.noted()):
        require()
        act(*arguments)


def require() -> None:
    """Stands before everything that moves a lecture.

    Raises:
        UserError: If this visitor may not present.
    """
    if reason := why_not():
        raise UserError(reason)
