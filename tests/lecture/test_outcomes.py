"""Answers are graded by what was measured; no network is called better where chance explains the difference."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_compare.class_networks.task import class_task
from rnn_compare.comparison.evidence import Evidence
from rnn_compare.comparison.findings import findings
from rnn_compare.comparison.groups import labelled
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.questions import NONE, Question, QuestionOutcome, class_outcome, is_right, outcome
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import PHONES
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from tests.kit.classes import APART, BEST, CURVE, LEAD, OVERFITS, OWN, TURNED
from tests.kit.runs import epoch_end, record, run_of

SMALL = {"source": "bundled", "reviews": 5000, "maxlen": 30}


@pytest.fixture
def store(tmp_path: Path, reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    """An empty record, beside the bundled reviews."""
    monkeypatch.setenv(CACHE_VARIABLE, str(reviews_cache))
    opened = RunStore(tmp_path / "runs.db")
    yield opened
    opened.close()


def experiment(cell: str, **settings: object) -> Experiment:
    return Experiment.model_validate({**SMALL, "cell": cell, **settings})


def trained(store: RunStore, cell: str, *shares: float, status: Status = Status.FINISHED, **settings: int) -> Run:
    epochs = len(shares) if status is Status.FINISHED else 9
    return record(store, experiment(cell, epochs=epochs, **settings), shares, status)


def came_of(question: Question, store: RunStore, *runs: Run) -> QuestionOutcome:
    return outcome(question, runs, Evidence(store))


# ---- which is best, and by how much ------------------------------------------------------------


def test_where_chance_explains_the_difference_that_is_the_right_answer(store: RunStore) -> None:
    runs = trained(store, "SimpleRNN", 0.6, 0.80), trained(store, "LSTM", 0.7, 0.81)
    result = came_of(BEST, store, *runs)
    assert result.answer == BEST.choices.index(NONE)
    assert [is_right(BEST, place, result) for place in range(4)] == [True, True, False, True], "luck grades nobody"
    assert result.explanation.endswith(" Not excluded, so right too: “LSTM(32)” and “SimpleRNN(32)”.")
    lead = came_of(LEAD, store, *runs)
    assert lead.answer == 1.0, "by the same figures"
    assert [is_right(LEAD, answer, lead) for answer in (0.0, 1.0, 4.0, 5.0)] == [True, True, True, False]
    assert "differ by 1.0 ± 3.5 points, which could be chance" in lead.explanation
    assert lead.explanation.endswith("Answers from 0.0 to 4.5 points count as right.")
    unasked = BEST.model_copy(update={"choices": BEST.choices[:-1]})
    assert came_of(unasked, store, *runs).explanation.startswith("No answer is right: the lead could be chance. These")


def test_wall_and_page_have_one_lead(store: RunStore) -> None:
    runs = [
        record(store, experiment(cell, seed=seed, epochs=2, test_split=0.2), [0.7, best], test=test)
        for cell, best, test in (("GRU", 0.85, 0.84), ("LSTM", 0.81, 0.823))
        for seed in (1, 2, 3)
    ]
    lead = came_of(LEAD, store, *runs)
    page = findings(runs, Evidence(store))[0].text
    assert lead.answer == 1.7, "not the 4 points of the best epochs, which chose themselves"
    assert lead.explanation == f"1.7 points. {page} Answers from 1.2 to 2.2 points count as right."
    assert "1.7 ± 0.5 points" in page


def test_a_leader_must_be_ahead_of_every_other_and_the_lead_is_about_the_first_two(store: RunStore) -> None:
    shares = {"SimpleRNN": 0.6, "GRU": 0.80, "LSTM": 0.81}
    worse, near, best = (trained(store, cell, 0.6, share) for cell, share in shares.items())
    assert came_of(BEST, store, worse, near, best).answer == BEST.choices.index(NONE)
    assert came_of(BEST, store, worse, best).answer == BEST.choices.index("LSTM")
    lead = came_of(LEAD, store, worse, near, best)
    assert (lead.answer, is_right(LEAD, 0.0, lead)) == (1.0, True)
    assert "LSTM(32) and GRU(32) differ by 1.0 ± 3.4 points, which could be chance (81.0 %" in lead.explanation
    assert "SimpleRNN" not in lead.explanation


def test_a_network_that_is_far_ahead_is_best_and_a_lead_is_right_where_the_verdicts_interval_holds_it(
    store: RunStore,
) -> None:
    runs = trained(store, "SimpleRNN", 0.60), trained(store, "LSTM", 0.80)
    best, result = came_of(BEST, store, *runs), came_of(LEAD, store, *runs)
    assert best.explanation.startswith("These trained networks differ: LSTM(32) is ahead of SimpleRNN(32) by 20.0 ± ")
    assert best.explanation.endswith(" One seed each: repeat before you conclude.")
    assert [is_right(BEST, place, best) for place in range(4)] == [False, True, False, False]
    limits = re.search(r"by 20\.0 ± (\d\.\d) points", result.explanation)
    assert limits, result.explanation
    half = float(limits[1])
    assert result.explanation.endswith(f"Answers from {20 - half:.1f} to {20 + half:.1f} points count as right.")
    answers = (0.0, 19.9 - half, 20 - half, 20 + half, 20.1 + half)
    assert [is_right(LEAD, answer, result) for answer in answers] == [False, False, True, True, False]


def narrow(store: RunStore, lead: float) -> list[Run]:
    """Returns ten runs by which a lead is known to within a few tenths of a point."""
    shares = {"SimpleRNN": 0.80, "LSTM": 0.80 + lead}
    return [
        trained(store, cell, share, seed=seed, reviews=25_000) for cell, share in shares.items() for seed in range(5)
    ]


def test_however_many_seeds_narrow_a_lead_the_nearest_number_of_the_slider_is_right(store: RunStore) -> None:
    result = came_of(LEAD, store, *narrow(store, 0.0172))
    assert [answer for answer in (1.0, 1.5, 2.0, 2.5) if is_right(LEAD, answer, result)] == [1.5], result


def test_what_is_equal_to_within_a_point_is_more_or_less_the_same(store: RunStore) -> None:
    runs = narrow(store, 0.0072)
    best = came_of(BEST, store, *runs)
    assert "better than" in best.explanation
    assert [is_right(BEST, place, best) for place in range(4)] == [False, True, False, True]
    assert is_right(LEAD, 0.0, came_of(LEAD, store, *runs))


def test_an_unfinished_training_has_no_outcome_yet(store: RunStore) -> None:
    running = trained(store, "LSTM", 0.9, status=Status.RUNNING)
    result = came_of(BEST, store, trained(store, "SimpleRNN", 0.7), running)
    assert (result.answer, result.final) == (None, False)
    assert not came_of(BEST, store).final
    assert came_of(OWN, store, running).answer is None, "an answer that the curves are about to give"


def test_no_answer_is_right_where_a_network_ended_early_was_not_offered_or_kept_no_predictions(
    store: RunStore,
) -> None:
    first = trained(store, "SimpleRNN", 0.7)
    stopped, best = trained(store, "LSTM", 0.9, status=Status.STOPPED), trained(store, "LSTM", 0.9)
    unkept = record(store, experiment("SimpleRNN", epochs=1, seed=2), (0.70,), keep=False)
    others = BEST.model_copy(update={"choices": ("SimpleRNN", "GRU")})
    for question, runs, sentence in (
        (BEST, (first, stopped), "ended early"),
        (others, (first, best), "LSTM(32) was not offered"),
        (BEST, (unkept, best), "No answer is right: SimpleRNN(32) has no recorded predictions on "),
        (CURVE.model_copy(update={"network": "GRU"}), (first,), "No answer is right: GRU was not "),
    ):
        result = came_of(question, store, *runs)
        assert (result.answer, result.final) == (None, True)
        assert sentence in result.explanation


def book(store: RunStore, cell: str, share: float, seed: int = 1) -> Run:
    """Returns a run of the book's experiment, of which reference runs show how far seeds are apart."""
    return record(store, Experiment(cell=cell, epochs=10, seed=seed), [share] * 10)


def test_of_one_training_each_what_other_seeds_could_do_is_right_where_that_is_known(store: RunStore) -> None:
    lead = came_of(LEAD, store, book(store, "SimpleRNN", 0.843), book(store, "LSTM", 0.882))
    assert lead.answer == 3.9
    assert [is_right(LEAD, points, lead) for points in (0.0, 2.0, 6.0, 7.0)] == [False, True, True, False]
    assert re.search(
        r"by 3\.9 ± 1\.\d points .* With the spread of other seeds, answers from 1.* to 6", lead.explanation
    )
    unknown = came_of(LEAD, store, trained(store, "SimpleRNN", 0.60, seed=4), trained(store, "LSTM", 0.80, seed=4))
    assert "other seeds" not in unknown.explanation.rpartition("Another seed could change that.")[2]


# ---- a class's own networks ---------------------------------------------------------------------


def came_of_class(question: Question, simple: Sequence[float], lstm: Sequence[float] = (0.7, 0.72)) -> QuestionOutcome:
    first, second = labelled(class_task(PHONES.name).experiments)
    return class_outcome(question, {first: simple, second: lstm})


def test_whatever_median_other_seeds_would_have_had_is_right() -> None:
    """Of classes of ten, whose median is within two points of the true one in fewer than half."""
    chance, classes, right = np.random.default_rng(1), 300, 0

    def seeds(count: int) -> list[float]:
        learn = chance.random(count) < 0.6
        return [*np.where(learn, chance.normal(0.68, 0.04, count), chance.normal(0.52, 0.015, count))]

    truth = came_of_class(APART, seeds(2000)).answer
    assert isinstance(truth, float)
    for _ in range(classes):
        right += bool(is_right(APART, truth, came_of_class(APART, seeds(10))))
    assert right >= 0.93 * classes
    alike = came_of_class(APART, [0.7, 0.71, 0.7, 0.71])
    assert [is_right(APART, points, alike) for points in (0.0, 3.0, 3.5)] == [True, True, False]


def test_of_a_share_of_pairs_each_choice_is_right_that_other_seeds_could_have_given() -> None:
    lstm = [0.7] * 200
    for ahead, rights in ((10, [1]), (19, [1, 2]), (30, [2]), (50, [2, 3])):
        share = came_of_class(TURNED, [0.8] * ahead + [0.6] * (200 - ahead), lstm)
        assert [place for place in range(4) if is_right(TURNED, place, share)] == rights, share


# ---- overfitting, curves and own questions ------------------------------------------------------


def learnt(*epochs: tuple[float, float, float], seed: int = 1) -> Run:
    """A run by its accuracy, validation accuracy and validation loss at each epoch."""
    ended = tuple(epoch_end("a", at, first, 0.3, other, loss, 1.0) for at, (first, other, loss) in enumerate(epochs, 1))
    return run_of(experiment("SimpleRNN", epochs=len(epochs), seed=seed), f"a{seed}", epochs=ended)


OVERFITTED = ((0.7, 0.7, 0.6), (0.8, 0.75, 0.5), (0.9, 0.75, 0.6), (0.97, 0.74, 0.8))
STILL_GOOD = ((0.6, 0.6, 0.6), (0.7, 0.7, 0.5), (0.75, 0.74, 0.45), (0.78, 0.76, 0.44))
STILL_FALLING = ((0.6, 0.6, 0.6), (0.8, 0.7, 0.5), (0.9, 0.72, 0.45), (0.95, 0.73, 0.44))


@pytest.mark.parametrize(
    ("epochs", "answer", "explanation", "right"),
    [
        (OVERFITTED, 3, "lowest after epoch 2", [False, False, True, True, True]),
        (STILL_GOOD, 0, "15 points ahead", [True, False, False, False, False]),
        (STILL_FALLING, None, "", [None] * 5),
        (OVERFITTED[:2], None, "", [None] * 5),  # two epochs are too few to tell
    ],
)
def test_a_network_overfits_from_the_epoch_after_its_lowest_validation_loss_if_it_is_known(
    store: RunStore,
    epochs: Sequence[tuple[float, float, float]],
    answer: int | None,
    explanation: str,
    right: list[bool | None],
) -> None:
    result = came_of(OVERFITS, store, learnt(*epochs))
    assert result.answer == answer
    assert explanation in result.explanation
    assert [is_right(OVERFITS, epoch, result) for epoch in range(5)] == right


def test_of_several_seeds_half_must_overfit(store: RunStore) -> None:
    def seeds(*curves: Sequence[tuple[float, float, float]]) -> QuestionOutcome:
        return came_of(OVERFITS, store, *(learnt(*curve, seed=seed) for seed, curve in enumerate(curves, 1)))

    assert seeds(OVERFITTED, STILL_GOOD, STILL_GOOD).answer == 0
    assert seeds(OVERFITTED, OVERFITTED, STILL_GOOD).answer == 3
    assert seeds(OVERFITTED, STILL_GOOD).answer == 3, "one of two is half"
    assert seeds(OVERFITTED, STILL_FALLING).answer == 3, "so it is of those with an epoch"


def test_an_own_question_is_answered_by_the_lecturer(store: RunStore) -> None:
    assert came_of(OWN, store).answer == 1
    open_ended = came_of(OWN.model_copy(update={"right": None}), store)
    assert (open_ended.answer, open_ended.final) == (None, True)
    assert open_ended.explanation == "No answer is marked as right.", "the next step may have one"
    assert is_right(OWN, 0, open_ended) is None
    drawn_before = came_of(CURVE, store, learnt(*STILL_GOOD))
    assert is_right(CURVE, (0.6, 0.7, 0.74, 0.76), drawn_before) is None, "a drawing is not graded"
    assert is_right(OWN, 1, replace(QuestionOutcome(1, ""), final=False)) is None, "nothing is before its end"
