"""Two steps: the curves with the class's predictions beside the outcome, and the curves with sentences about them."""

from typing import Any

from rnn_compare.browser.numbers import packed
from rnn_compare.lecture.lecture_file import Part, Press, StepKind
from rnn_compare.lecture.phone_message import curves_of
from rnn_compare.lecture.scene import Scene
from rnn_compare.lecture.steps.train import played, to_continue
from rnn_compare.lecture.votes import tallies
from rnn_compare.runs.events import Status
from rnn_compare.services.board import View, message


def reveal(scene: Scene) -> list[Part]:
    """Returns the curves, for the wall: phones get them with the outcome, and draw their own prediction beside."""
    if not scene.visible_runs:
        return _missing(scene)
    part = _curves(_shown(scene, "accuracy")) | {"for": "wall"}
    if band := _band(scene):
        part |= {"band": band, "text": "the class"}
    return [*_missing(scene), *played(scene), part]


def presses(scene: Scene) -> list[Press]:
    """Returns a button that continues interrupted trainings, but not those that were stopped on purpose."""
    interrupted = any(run.status is Status.INTERRUPTED for run in scene.all_runs)
    return to_continue(scene) if interrupted else []


def findings(scene: Scene) -> list[Part]:
    """Returns both charts and the sentences about them."""
    if not scene.visible_runs:
        return _missing(scene)
    shown, of_validation = _shown(scene, "accuracy", "loss"), curves_of(scene.visible_runs)
    curves = _curves(shown)
    # Without the networks' cards: the sentences need their space.
    on_wall = curves | {"for": "wall", "groups": [group | {"status": ""} for group in curves["groups"]]}
    on_phones = curves | {"for": "phones", "charts": [of_validation["chart"]], "groups": of_validation["groups"]}
    replayed = played(scene) if shown["replay"] else []
    sentences = {"kind": "sentences", "lines": [finding["text"] for finding in shown["findings"]]}
    return [*replayed, on_wall, on_phones, sentences]


def _shown(scene: Scene, *charts: str) -> dict[str, Any]:
    return message(scene.services, [run.id for run in scene.visible_runs], View(charts))


def _curves(shown: dict[str, Any]) -> Part:
    return {"kind": "curves", **{name: shown[name] for name in ("charts", "groups", "epochs")}}


def _missing(scene: Scene) -> list[Part]:
    return [{"kind": "sentences", "lines": [scene.problem]}] if scene.problem else []


def _band(scene: Scene) -> dict[str, str] | None:
    """Returns the band of the class's drawings for the chart, packed like its curves."""
    question = scene.state.question
    if question is None or not question.control.is_drawn or not (rounds := scene.answers(question)):
        return None
    votes = tallies(question, rounds)[-1]
    return {name: packed(getattr(votes, name)) for name in ("low", "middle", "high")}


FINDINGS = StepKind("findings", findings, wall="the curves, and in sentences what they show", minutes=3)
STEP = StepKind(
    "reveal",
    reveal,
    presses,
    wall="the curves; the class's answers beside what came out, a question a press",
    phones="the curves, and whether the answer was right",
    minutes=4,
    reveals=True,
)
