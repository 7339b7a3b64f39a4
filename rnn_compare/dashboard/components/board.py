"""The live board: a card for each network and the charts of their curves, drawn by one component.

Everything that changes while networks train goes to the browser as one small message (``server/board``); the scripts
that draw it are served once. Streamlit's own chart would be mounted anew with every point and lose the viewer's zoom.
"""

from typing import Any

from rnn_compare.dashboard.components.component import component


def show(data: dict[str, Any], live: str, key: str, may_press: bool = True) -> tuple[list[str], list[str]]:
    """Draws the board; returns the ids of cards whose Stop button was just pressed, and of those to be continued.

    Args:
        data: A ``message``.
        live: The address of the next messages.
        key: The component's key.
        may_press: Buttons are drawn; without them none was pressed, whatever a browser sends.
    """
    result = component("board/board.js", "board/board.css")(
        data={**data, "may_press": may_press, "live": live},
        key=key,
        on_stop_change=lambda: None,
        on_resume_change=lambda: None,
    )
    cards = {group["id"] for group in data["groups"]}

    def pressed(value: Any) -> list[str]:
        groups = value if may_press and isinstance(value, list) else []
        return [group for group in groups if isinstance(group, str) and group in cards]

    return pressed(result.stop), pressed(result.resume)
