"""What Python sends to scripts has the types that their authors read (``browser/messages.d.ts``), says TypeScript."""

from pathlib import Path
from typing import Any

from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import groups
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.lecture import phone_message
from rnn_compare.lecture.classroom.class_state import Contribution, SentReview, State
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.stage import Stage
from rnn_compare.report.contents import Contents
from rnn_compare.report.html_report import charts
from rnn_compare.report.reader import layout
from rnn_compare.server.lecture import presenter
from rnn_compare.services.board import View, board_message
from rnn_compare.services.known_baselines import BaselineResults
from tests.kit.classes import hold
from tests.kit.javascript import assert_typed
from tests.kit.lectures import begin, finish, give, messages, vote
from tests.kit.runs import epoch_end, run_of
from tests.services.test_known_baselines import baseline

SEEDS = [
    run_of(
        Experiment(seed=seed, epochs=2),
        f"lstm-{seed}",
        epochs=tuple(epoch_end("", epoch, 0.5, 0.7, 0.6 + seed / 50, 0.5, 2.0) for epoch in (1, 2)),
    )
    for seed in (1, 2, 3)
]
ALONE = run_of(Experiment(cell="GRU", epochs=2), "gru", epochs=SEEDS[0].epochs)


def sent_in_a_lecture(stage: Stage) -> dict[str, list[dict[str, Any]]]:
    """Returns what wall, notes and phones get at each press, with votes, a recording and a review."""
    kinds = {"wall": "WallState", "notes": "NotesState", "phones": "PhoneState"}
    by_kind: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds.values()}

    def take() -> None:
        for page, message in messages(stage).items():
            by_kind[kinds[page]].append(message)

    begin(stage)
    for _ in range(20):
        state = stage.classroom().state()
        if state.phase == "open" and state.question:
            vote(stage, 1) if state.question.choices else vote(stage, [0.5] * 5)
        if state.runs:
            finish(stage)
        if state.reviews_open:
            give(stage, ("show_review", stage.classroom().send_review("device-1", "Good.").id))
        take()
        give(stage, "next")
    hold(stage.classroom(), 10)
    for step in range(len(find("luck").steps)):
        stage.classroom().show_step(step, "A step", "")
        take()
    return by_kind


def test_python_sends_what_the_scripts_types_say(stage: Stage, tmp_path: Path) -> None:
    judged = [Finding("lstm-1", "LSTM(32) leads.")]
    results = BaselineResults((baseline("words", 0.8),), "A remark.")
    view = View(("accuracy", "loss", "gradient"), baselines=True, gap=True)
    board = board_message([*SEEDS, ALONE], {}, view, "A hint.", findings=judged, baselines=results)
    runs = (*SEEDS, ALONE)
    contents = Contents(runs, {}, tuple(groups(runs)), "kept", {}, {}, None, results.baselines, 0.0)
    assert {bool(group.get("seeds")) for group in board["groups"]} == {True, False}
    sent = {
        "Board": [board, board_message([], {})],
        "Drawn": [charts(contents)],
        **sent_in_a_lecture(stage),
        "WallOwn": [{"join": presenter._code("", "join"), "home": None}],
        "PhoneOwn": [
            phone_message.for_one(State(lecture="x"), Contribution(), None),
            phone_message.for_one(State(lecture="x"), Contribution(1, SentReview("a", "Good.", True, 1.0)), None),
        ],
        "Trainable": [trainable(Experiment(cell=cell)) for cell in CELLS],
        "Network": [layout(Experiment(cell=name)) for name in NETWORKS],
    }
    assert_typed(sent, tmp_path)
