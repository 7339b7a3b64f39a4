"""A class's networks in a page to take home: a dot for each, and the verdict."""

from html import escape

from rnn_compare.lecture.trained.class_results import ClassResult
from rnn_compare.lecture.trained.class_verdict import turned, verdict
from rnn_compare.report import class_dots


def class_section(result: ClassResult) -> str:
    """Returns the section as HTML."""
    task, networks = result.task, result.networks
    by_machine = sum(network.origin == "server" for network in networks)
    sentences = [
        f"{result.date}. Each dot is a network, by its best of {task.epochs} epochs on the same {task.held_out} "
        "held-out reviews: only seeds differ. The bar below a row is the middle half, the mark its median.",
        f"Hollow: the {by_machine:,} that the presenter's machine trained." if by_machine else "",
        turned(task, networks),
    ]
    return (
        f'<p class="verdict">{escape(" ".join(verdict(task, networks)))}</p>'
        f'<div class="rc-class">{class_dots.rows(task, networks)}</div>'
        f'<p class="soft">{escape(" ".join(filter(None, sentences)))}</p>'
    )
