"""A page's script judges as this program does: the same numbers, verdicts, sentences and pictures."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from rnn_compare.browser.judging_words import judging_words
from rnn_compare.charts.chance_picture import chance_picture
from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.judgement import UNCOUNTED, Basis, Judgement, Sample, judge_settings
from rnn_compare.comparison.inference.wording import meaning_of_interval, result
from rnn_compare.comparison.measures import kept
from tests.kit.javascript import HARNESSES, in_node

CASES, DRAWN = 1500, 150


def score(chance: np.random.Generator, accuracy: float, shape: dict[str, Any]) -> Score:
    """One seed's, with or without the answers to each review, or rounded."""
    if shape["rows"] is None:
        share = float(np.clip(accuracy, 0, 1))
        if shape["reviews"] < UNCOUNTED:
            return Score(round(share * shape["reviews"]) / shape["reviews"], None, shape["reviews"])
        return Score(round(share, 2) if shape["rounded"] else share, None, UNCOUNTED, shape["rounded"])
    right = (shape["rows"] + 0.3 * chance.standard_normal(len(shape["rows"])) < accuracy).astype(float)
    return Score(float(right.mean()), right, len(right))


def settings(chance: np.random.Generator) -> tuple[list[Sample], Basis]:
    """Up to eight settings: alike or not, with many seeds or one, trained at once or later, some in two piles."""
    reviews = int(chance.choice([19, 20, 60, 300, 5000, 25_000, UNCOUNTED, UNCOUNTED]))
    has_answers = reviews <= 300 and chance.random() < 0.8
    shape = {
        "reviews": reviews,
        "rows": chance.random(reviews) if has_answers else None,
        "rounded": float(chance.choice([0.0, 0.01])),
    }
    deviation, apart = (float(chance.choice(values)) for values in ([0, 0.001, 0.004, 0.02], [0, 0, 0.004, 0.03]))
    most, base, looks = (
        int(chance.choice([1, 3, 3, 4, 6, 9])),
        chance.choice([0.6, 0.85, 1.0]),
        int(chance.choice([0, 4, 4])),
    )
    in_piles, drift = chance.random() < 0.3, chance.choice([0, 0.1])
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


def told(judgement: Judgement, colors: dict[str, str] | None) -> dict[str, Any]:
    """The judgement as the script prints it."""
    return {
        "order": [setting.name for setting in judgement.order],
        "best": judgement.best.name if judgement.best else None,
        "result": result(judgement),
        "meaning": meaning_of_interval(judgement),
        "picture": chance_picture(judgement, colors) if colors else None,
        "pairs": [
            {"a": pair.a.name, "b": pair.b.name, "verdict": pair.verdict, "obstacle": pair.obstacle}
            for pair in judgement.pairs
        ],
    }


def numbers(judgement: Judgement) -> Iterator[list[float]]:
    for pair in judgement.pairs:
        difference = pair.difference
        yield (
            []
            if difference is None
            else [
                difference.newest.p,
                *difference.limits,
                difference.alpha,
                difference.level,
                difference.half_width or 0.0,
            ]
        )


def test_a_script_judges_thousands_of_comparisons_as_python_does() -> None:
    chance, cases, judgements = np.random.default_rng(49), list[dict[str, Any]](), list[Judgement]()
    for number in range(CASES):
        samples, basis = settings(chance)
        margin = float(chance.choice([0.01, 0.01, 0.002, 0.05]))
        judgements.append(judge_settings(samples, basis, margin=margin))
        described = [
            {
                "name": sample.name,
                "submitted": sample.submitted,
                "scores": [
                    {
                        "accuracy": run.accuracy,
                        "reviews": run.reviews,
                        "roundedTo": run.rounded_to,
                        "correct": None if run.correct is None else "".join(map(str, run.correct.astype(int))),
                    }
                    for run in sample.scores
                ],
            }
            for sample in samples
        ]
        cases.append({"settings": described, "margin": margin, "basis": basis, "drawn": number < DRAWN})
    epochs = [chance.integers(0, 2, (chance.integers(1, 6), chance.integers(1, 9))) for _ in range(100)]
    answers = in_node(
        {
            "words": judging_words(),
            "cases": cases,
            "epochs": [["".join(map(str, row)) for row in rows] for rows in epochs],
        },
        HARNESSES / "judge_cases.js",
    )
    for case, judgement, answer in zip(cases, judgements, answers["judged"], strict=True):
        got = [pair.pop("numbers") for pair in answer["pairs"]]
        colors = {setting.name: "#0072B2" for setting in judgement.settings} if case["drawn"] else None
        assert answer == told(judgement, colors)
        for row, expected in zip(got, numbers(judgement), strict=True):
            assert row == pytest.approx(expected, rel=1e-9, abs=1e-9)
    verdicts = [pair["verdict"] for answer in answers["judged"] for pair in answer["pairs"]]
    assert min(verdicts.count(verdict) for verdict in ("a is better", "b is better", "equal", "unknown")) > 100
    assert verdicts.count("contradictory") > 5
    for rows, answer in zip(epochs, answers["scores"], strict=True):
        best = kept(rows.astype(float), np.ones(rows.shape[1], int))
        assert best is not None
        assert best.correct is not None
        assert answer == {"accuracy": best.accuracy, "correct": best.correct.tolist(), "reviews": rows.shape[1]}
