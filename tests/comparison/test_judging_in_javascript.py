"""A page's script judges as this program does: the same numbers, verdicts, sentences and pictures."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnn_compare.browser.judging_words import judging_words
from rnn_compare.charts.chance_picture import chance_picture
from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.judgement import UNCOUNTED, Basis, Judgement, Pair, Sample, judge_settings
from rnn_compare.comparison.inference.wording import meaning_of_interval, result
from rnn_compare.comparison.measures import kept
from tests.kit.javascript import HARNESSES, in_node

CASES, WITH_PICTURE = 1500, 150


def score(chance: np.random.Generator, accuracy: float, shape: dict[str, Any]) -> Score:
    """One seed's, with or without the answers to each review, or rounded."""
    if shape["rows"] is None:
        share = float(np.clip(accuracy, 0, 1))
        if shape["reviews"] < UNCOUNTED:
            return Score(round(share * shape["reviews"]) / shape["reviews"], None, shape["reviews"])
        return Score(round(share, 2) if shape["rounded"] else share, None, UNCOUNTED, shape["rounded"])
    right = (shape["rows"] + 0.3 * chance.standard_normal(len(shape["rows"])) < accuracy).astype(float)
    return Score(float(right.mean()), right, len(right))


def any_settings(chance: np.random.Generator) -> tuple[list[Sample], Basis]:
    """Up to eight settings: alike or not, with many seeds or one, trained at once or later, some in two piles."""
    reviews = int(chance.choice([19, 20, 60, 300, 5000, 25_000, UNCOUNTED, UNCOUNTED]))
    has_answers = reviews <= 300 and chance.random() < 0.8
    rows = chance.random(reviews) if has_answers else None
    shape = {"reviews": reviews, "rows": rows, "rounded": float(chance.choice([0.0, 0.01]))}
    deviation, apart = (float(chance.choice(values)) for values in ([0, 0.001, 0.004, 0.02], [0, 0, 0.004, 0.03]))
    most, looks = (int(chance.choice(values)) for values in ([1, 3, 3, 4, 6, 9], [0, 4, 4]))
    base, in_piles, drift = chance.choice([0.6, 0.85, 1.0]), chance.random() < 0.3, chance.choice([0, 0.1])
    made: list[Sample] = []
    for number in range(int(chance.choice([2, 3, 4, 8], p=[0.5, 0.3, 0.15, 0.05]))):
        seeds = int(chance.integers(max(1, most - 2), most + 1))
        mean = base + apart * chance.standard_normal()
        noise = chance.choice([-1, 1], seeds) if in_piles else chance.standard_normal(seeds)
        shares = mean + deviation * noise + drift * (np.arange(seeds) >= 3) * (number % 2)
        scores = tuple(score(chance, share, shape) for share in shares)
        if made and chance.random() < 0.1:
            scores = made[0].scores
        at = np.sort([0, 0, 0, *chance.integers(0, looks, 9)])[: len(scores)].tolist() if looks else []
        made.append(Sample(f"<{number}> LSTM({2**number})", scores, tuple(map(float, at))))
    return made, "accuracies" if reviews == UNCOUNTED else "kept" if chance.random() < 0.8 else "best"


def bits(row: NDArray[Any]) -> str:
    return "".join(map(str, row.astype(int)))


def sent(sample: Sample) -> dict[str, Any]:
    """A setting as the script takes it."""
    scores = [
        {
            "accuracy": run.accuracy,
            "reviews": run.reviews,
            "roundedTo": run.rounded_to,
            "correct": None if run.correct is None else bits(run.correct),
        }
        for run in sample.scores
    ]
    return {"name": sample.name, "submitted": sample.submitted, "scores": scores}


def printed(judgement: Judgement, has_picture: bool) -> dict[str, Any]:
    """The judgement as the script prints it, but for its numbers."""
    colors = {setting.name: "#0072B2" for setting in judgement.settings}
    pairs = [
        {"a": pair.a.name, "b": pair.b.name, "verdict": pair.verdict, "obstacle": pair.obstacle}
        for pair in judgement.pairs
    ]
    return {
        "order": [setting.name for setting in judgement.order],
        "best": judgement.best.name if judgement.best else None,
        "result": result(judgement),
        "meaning": meaning_of_interval(judgement),
        "picture": chance_picture(judgement, colors) if has_picture else None,
        "pairs": pairs,
    }


def numbers(pair: Pair) -> list[float]:
    if (of := pair.difference) is None:
        return []
    return [of.newest.p, *of.limits, of.alpha, of.level, of.half_width or 0.0]


@pytest.mark.slow
def test_a_script_judges_thousands_of_comparisons_as_python_does() -> None:
    chance, cases, judgements = np.random.default_rng(49), list[dict[str, Any]](), list[Judgement]()
    for number in range(CASES):
        samples, basis = any_settings(chance)
        margin = float(chance.choice([0.01, 0.01, 0.002, 0.05]))
        judgements.append(judge_settings(samples, basis, margin=margin))
        case = {"settings": list(map(sent, samples)), "margin": margin, "basis": basis}
        cases.append(case | {"drawn": number < WITH_PICTURE})
    epochs = [chance.integers(0, 2, (chance.integers(1, 6), chance.integers(1, 9))) for _ in range(100)]
    question = {"words": judging_words(), "cases": cases, "epochs": [list(map(bits, rows)) for rows in epochs]}
    answers = in_node(question, HARNESSES / "judge_cases.js")
    verdicts = Counter(pair["verdict"] for answer in answers["judged"] for pair in answer["pairs"])
    assert min(verdicts[f"{side} is {what}"] for side in "ab" for what in ("better", "ahead")) > 50
    assert min(verdicts["equal"], verdicts["unknown"]) > 100
    assert verdicts["contradictory"] > 5
    for number, (judgement, answer) in enumerate(zip(judgements, answers["judged"], strict=True)):
        for pair, of_script in zip(judgement.pairs, answer["pairs"], strict=True):
            assert of_script.pop("numbers") == pytest.approx(numbers(pair), rel=1e-9, abs=1e-9)
        assert answer == printed(judgement, number < WITH_PICTURE)
    for rows, answer in zip(epochs, answers["scores"], strict=True):
        best = kept(rows.astype(float), np.ones(rows.shape[1], int))
        assert best is not None
        assert best.correct is not None
        assert answer == {"accuracy": best.accuracy, "correct": best.correct.tolist(), "reviews": rows.shape[1]}
