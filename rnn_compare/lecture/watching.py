"""The phones' page while no lecture runs: the newest comparison, live."""

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.lecture.lecture_file import Part
from rnn_compare.lecture.phone_message import CURVES
from rnn_compare.lecture.stage import Stage
from rnn_compare.networks.parameters import parameters
from rnn_compare.services.board import View, message
from rnn_compare.services.snapshot import chosen, link_names


def watched(stage: Stage) -> tuple[list[Part], str, bool]:
    """Returns the parts, the dashboard's address relative to the phones' page, and whether they change by themselves.

    Nothing is shown of a comparison that a lecture hides.
    """
    snapshot = stage.services.snapshot()
    runs = chosen(snapshot.charted, [])
    if not runs:
        return [], "", False
    shown = message(stage.services, [run.id for run in runs], View(("accuracy",)), snapshot)
    groups = [{name: group[name] for name in CURVES} for group in shown["groups"]]
    networks = with_older_repeats(runs)
    cards = []
    for group, card in zip(networks, shown["groups"], strict=True):
        lines = [_accuracy(card), *parameters(group.experiment).lines]
        cards.append({"title": group.name, "color": look(group).color, "lines": lines})
    sentences = [shown["replay"] or shown["subject"], *(finding["text"] for finding in shown["findings"])]
    parts: list[Part] = [
        {"kind": "sentences", "lines": [sentence for sentence in sentences if sentence]},
        {"kind": "curves", "charts": shown["charts"], "groups": groups, "epochs": shown["epochs"]},
        {"kind": "cards", "cards": cards},
    ]
    return parts, f"./?show={','.join(link_names(runs, snapshot.runs))}", bool(shown["busy"])


def _accuracy(card: dict[str, str]) -> str:
    best = f"{card['best']}, {card['best_note']}" if card["best"] != "–" else ""
    return "; ".join(filter(None, [card["state"], best]))
