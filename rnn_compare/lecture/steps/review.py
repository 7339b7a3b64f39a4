"""A review from the class, chosen by the presenter: each network's prediction, and how it reads it word by word."""

from typing import Any

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import one_each
from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import ReviewPrediction, ask
from rnn_compare.formatting import percent
from rnn_compare.lecture.lecture_file import Part, Press, StepKind
from rnn_compare.lecture.readings import read
from rnn_compare.lecture.scene import NOT_REVEALED, Scene
from rnn_compare.lecture.steps.home import offer, offered

CHALLENGE = "Irony, a negation, a turn at the end: who sends one that fools them?"


def review(scene: Scene) -> list[Part]:
    """Returns the chosen review with the networks' predictions or, before one is chosen, the challenge."""
    text = scene.state.wall_review
    if text is None:
        return [{"kind": "waiting", "for": "wall", "challenge": CHALLENGE}, *offered(scene)]
    if not scene.readers:
        return [{"kind": "sentences", "lines": [scene.problem or NOT_REVEALED]}]
    if scene.state.word_by_word:
        networks, problems = scene.loaded()
        reading, others = read(scene, networks, text)
        missing: list[Part] = [{"kind": "sentences", "lines": [*problems, *others]}] if problems or others else []
        return [*missing, *([{"kind": "reading", "reading": reading}] if reading else [])]
    return [{"kind": "verdicts", "for": "wall", "text": text, "cards": predictions(scene, text)}, *offered(scene)]


def presses(scene: Scene) -> list[Press]:
    """Returns the buttons for reading word by word, for taking the review off the wall, and for the networks."""
    shown: list[Press] = []
    if scene.state.wall_review is not None:
        words = scene.state.word_by_word
        shown.append({"label": "Take it off the wall", "press": "hide_review"})
        if scene.readers:
            shown.append({"label": "Word by word", "press": "word_by_word", "value": not words, "on": words})
    return [*shown, *offer(scene)]


def predictions(scene: Scene, text: str) -> list[dict[str, Any]]:
    """Returns each network's prediction for a text, as the wall and phones draw it."""
    cards = []
    for group in one_each(scene.readers):
        run, card = group.runs[0], {"title": group.name, "color": look(group).color}
        try:
            prediction = ask(run, text, "best")
        except UserError as error:
            cards.append(card | {"problem": str(error)})
            continue
        note = f"best epoch: {run.best.epoch}" if run.best else ""
        cards.append(card | _card(prediction) | {"note": note})
    return cards


def _card(prediction: ReviewPrediction) -> dict[str, Any]:
    if prediction.knows_no_word:
        return {"problem": "None of these words is in the vocabulary, so there is nothing to judge."}
    return {
        "share": percent(prediction.share),
        "label": prediction.label,
        "labels": prediction.labels,
        "positive": prediction.positive,
        "from": round(prediction.prior, 4),
        "to": round(prediction.probability, 4),
        "start": prediction.course,
        "problem": prediction.warning,
    }


STEP = StepKind(
    "review",
    review,
    presses,
    wall="the review that you choose, and what each network predicts",
    phones="a box for a review; the predictions for the one you choose",
    minutes=5,
    takes_reviews=True,
)
