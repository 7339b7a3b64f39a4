"""What Python sends to scripts has the types that their authors read (``browser/messages.d.ts``), says TypeScript."""

from pathlib import Path
from typing import Any

from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.class_networks.networks import ClassNetwork
from rnn_compare.comparison.findings import Finding
from rnn_compare.comparison.groups import groups
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.lecture import phone_message
from rnn_compare.lecture.class_state import Contribution, SentReview, State
from rnn_compare.lecture.controls import Answer, Tally
from rnn_compare.lecture.questions import Question, QuestionOutcome, tally
from rnn_compare.report.contents import Contents
from rnn_compare.report.html_report import charts
from rnn_compare.report.reader import layout
from rnn_compare.services.board import View, board_message
from rnn_compare.services.known_baselines import BaselineResults
from rnn_compare.table import Table
from tests.epochs import epoch_end, run_of
from tests.scripts import assert_typed
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
CURVE = {"id": "curve", "kind": "curve", "text": "Draw it.", "network": "GRU(32)", "epochs": 2}
BEST = {"id": "best", "kind": "best_network", "text": "Which?", "choices": ("LSTM(32)", "GRU(32)")}


def phones() -> list[dict[str, Any]]:
    """Messages to all phones: before and after a reveal, of a question with bars and of one with a drawing."""
    states: list[tuple[State, list[Tally]]] = [(State(lecture="x", phase="idle"), [])]
    questions: list[tuple[dict[str, Any], list[Answer]]] = [(BEST, [0, 1]), (CURVE, [(0.5, 0.6), (0.6, 0.7)])]
    for fields, answers in questions:
        question = Question.model_validate(fields)
        shown = State(lecture="x", phase="revealed", question=question, wall_review="Good.", runs=("gru", "lstm-1"))
        states.append((shown, [tally(question, answers)]))
    outcome = QuestionOutcome(0, "LSTM leads.")
    messages = [phone_message.for_all(state, [*SEEDS, ALONE], votes, outcome) for state, votes in states]
    assert [bool(message["curves"]) for message in messages] == [False, True, True]
    networks = [ClassNetwork("LSTM", 1, (300, 320))]
    task = phone_message.of_task(State(task="One network for each phone", task_shown=True), networks)
    return [message | {"lecture": 1, "picture": None, "task": task} for message in messages]  # as broadcast.py does


def test_python_sends_what_the_scripts_types_say(tmp_path: Path) -> None:
    judged = [Finding("lstm-1", "LSTM(32) leads.")]
    results = BaselineResults((baseline("words", 0.8),), "A remark.")
    view = View(("accuracy", "loss", "gradient"), marks=True, baselines=True, gap=True)
    board = board_message([*SEEDS, ALONE], {}, view, "A hint.", findings=judged, baselines=results)
    runs = (*SEEDS, ALONE)
    contents = Contents(runs, {}, tuple(groups(runs)), {}, {}, None, results.baselines, Table([], []), 0.0)
    assert {bool(group.get("seeds")) for group in board["groups"]} == {True, False}
    sent = {
        "Board": [board, board_message([], {})],
        "Drawn": [charts(contents)],
        "PhoneState": phones(),
        "PhoneOwn": [
            phone_message.for_one(State(lecture="x"), Contribution(), None),
            phone_message.for_one(State(lecture="x"), Contribution(1, SentReview("a", "Good.", True, 1.0)), None),
        ],
        "Trainable": [trainable(Experiment(cell=cell)) for cell in CELLS],
        "Network": [layout(Experiment(cell=name)) for name in NETWORKS],
    }
    assert_typed(sent, tmp_path)
