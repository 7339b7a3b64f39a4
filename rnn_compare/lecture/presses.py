"""The presses of a presenter, on the wall, in the notes or with a clicker.

A question opens when its step is shown. The next press closes the vote and shows the answers to the presenter only, the
one after shows them to the class, unless the question comes again, and the third goes on. While no phone has joined
there are no answers to show: a press shows what is right, or goes on if a later step does. A reveal takes a press per
question, each showing the class's answers beside the outcome.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rnn_compare.class_networks.networks import recorded
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.course import NO_LECTURE
from rnn_compare.lecture.classroom.inbox import checked_review
from rnn_compare.lecture.lecture_file import Lecture, find
from rnn_compare.lecture.questions import Question
from rnn_compare.lecture.scene import Scene, current_scene
from rnn_compare.lecture.stage import Stage
from rnn_compare.lecture.steps.review import predictions
from rnn_compare.presets import Preset
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.services.services import Services

RECORDING_SECONDS = 30.0
"""Duration of a recording that replaces a training."""


def begin(stage: Stage, name: str, from_recording: bool = False, replayed: int = 0) -> None:
    """Begins a lecture, with trainings or recorded runs, or with the networks of an earlier lecture's class.

    Raises ``UserError`` if there is no such lecture.
    """
    services, lecture = stage.services, find(name)
    stage.classroom().begin(name, from_recording, lecture.trained_settings(), lecture.task, replayed)
    services.refresh()
    trains = [index for index, step in enumerate(lecture.steps) if step.kind.trains]
    services.baselines.prepare([lecture.preset_at(index).experiments()[0] for index in trains], from_recording)
    if scene := current_scene(stage):
        _show(scene, 0)


def press(stage: Stage, name: str, value: object = None) -> None:
    """Carries out a press; raises ``UserError`` if there is no such press, no lecture, or its value is not valid."""
    if name not in PRESSES:
        raise UserError(f"There is no press {name[:40]!r}.")
    known = PRESSES[name]
    if (None if value is None else type(value)) is not known.value:
        raise UserError(f"{name} takes {known.value.__name__ if known.value else 'no'} value.")
    if name == "end":  # also one whose file is not valid by now
        stage.classroom().end()
    elif (scene := current_scene(stage)) is None:
        raise UserError(NO_LECTURE)
    elif value is None:
        known.act(scene)
    elif isinstance(value, str):
        known.act(scene, value.encode(errors="replace").decode())  # JSON may have half a character
    else:
        known.act(scene, value)


def go_on(scene: Scene) -> None:
    """Goes on: closes an open vote, shows its answers, reveals the next outcome, or shows the next step."""
    asks, phase = scene.step.asks, scene.state.phase
    # The state after a press that was cut short by a killed server or a full disk; the next press completes it.
    if (asks and phase == "idle") or (scene.step.kind.reveals and phase != "revealed"):
        _show(scene, scene.index, scene.state.question)
    elif asks and phase == "open":
        without_phones = scene.has_no_phone
        scene.classroom.close_vote()
        if without_phones:
            (show_next_step if scene.is_revealed_later else show_answers)(scene)
    elif asks and phase == "closed" and not scene.comes_again:
        show_answers(scene)
    elif (question := scene.next_outcome()) is not None:
        _show(scene, scene.index, question)
    else:
        show_next_step(scene)


def show_answers(scene: Scene) -> None:
    """Shows the class its answers, and what is right unless a later step asks or reveals that."""
    if scene.state.question is None:
        return
    if scene.step.kind.phones_train:
        scene.classroom.show_task()
        return
    if scene.is_revealed_later:
        scene.classroom.show_answers()
    elif scene.classroom.state().phase == "closed":  # perhaps by this very press
        scene.classroom.reveal()


def show_next_step(scene: Scene) -> None:
    """Shows the next step, if there is one; answers to a closed vote stay hidden from the class."""
    if scene.index + 1 < len(scene.lecture.steps):
        _show(scene, scene.index + 1)


def go_back(scene: Scene) -> None:
    """Goes back to the previous outcome or step; answers, trainings and reveals stay as they are."""
    if (question := scene.next_outcome(-1)) is not None:
        _show(scene, scene.index, question)
    elif scene.index > 0:
        _show(scene, scene.index - 1)


def vote_again(scene: Scene) -> None:
    """Opens another round for votes after a discussion, or the first round again if nobody answered."""
    if not scene.step.asks or scene.state.phase == "open":
        return
    if scene.step.question and any(scene.answers(scene.step.question)):
        scene.classroom.vote_again()
    else:
        scene.classroom.open_vote()


def start_training(scene: Scene) -> None:
    """Starts the current step's hidden trainings, or plays their recording, unless they have started."""
    if _runs_of(scene, scene.index):
        return
    services, preset = scene.services, scene.lecture.preset_at(scene.index)
    if scene.state.recorded:
        if not (runs := _recorded_runs(services, preset)):
            raise UserError("A recorded network was deleted. End the lecture and begin it anew: that trains it.")
        services.replays.begin(runs, RECORDING_SECONDS)
        services.hide([run.id for run in runs])
    else:
        services.submit_hidden(preset.experiments())


def is_recorded(services: Services, lecture: Lecture) -> bool:
    """Returns whether all networks of a lecture were trained before, so that it can be given from recordings."""
    trains = [index for index, step in enumerate(lecture.steps) if step.kind.trains]
    return bool(trains or recorded(lecture.task)) and all(
        _recorded_runs(services, lecture.preset_at(index)) for index in trains
    )


def continue_training(scene: Scene) -> None:
    """Continues interrupted trainings, still hidden; raises ``UserError`` if one cannot, after the others."""
    problems = []
    for run in scene.all_runs:
        if run.can_be_continued:
            try:
                scene.services.engine.continue_run(run.id, priority=1)
            except UserError as error:
                problems.append(str(error))
    scene.services.refresh()
    if problems:
        raise UserError(" ".join(problems))


def _recorded_runs(services: Services, preset: Preset) -> list[Run]:
    """Returns the newest finished run of each network of a preset; none if one of them was never trained."""
    newest = {repr(run.experiment): run for run in services.all_runs() if run.status is Status.FINISHED and run.epochs}
    runs = [newest.get(repr(experiment)) for experiment in preset.experiments()]
    return [run for run in runs if run is not None] if None not in runs else []


def _show(scene: Scene, index: int, question: Question | None = None) -> None:
    lecture, classroom = scene.lecture, scene.classroom
    step = lecture.steps[index]
    questions = lecture.revealed_questions(index) if step.kind.reveals else ()
    question = question or step.question or next(iter(questions), None)
    runs = _runs_of(scene, index)
    classroom.show_step(index, step.title, step.text, question)
    if runs != classroom.state().runs:
        classroom.show_runs(runs)
    phase = classroom.state().phase
    if step.kind.phones_train:
        classroom.start_task()
    if step.asks and phase == "idle":
        classroom.open_vote()
    elif step.kind.phones_train and not step.asks and phase != "revealed":
        classroom.show_task()  # with no question to answer first, networks are shown as they arrive
    elif step.kind.trains:
        start_training(replace(scene, state=classroom.state()))
    elif step.kind.reveals and phase != "revealed":
        classroom.reveal(lecture.curve_settings_at(index))
    classroom.open_reviews(step.kind.takes_reviews)


def _runs_of(scene: Scene, index: int) -> tuple[str, ...]:
    """Returns the runs that a step is about: those that its training started in this lecture."""
    if scene.lecture.steps[index].kind.phones_train:
        return ()  # what phones train is no run
    trained_at = scene.lecture.trained_at(index)
    run_ids = scene.classroom.runs_at(trained_at) if trained_at is not None else ()
    # Until a training step has runs of its own, the record has those of the step before it.
    settings = {run.experiment.setting for run in scene.services.all_runs() if run.id in run_ids}
    return run_ids if settings == scene.lecture.settings_at(index) else ()


def show_review(scene: Scene, review: str) -> None:
    """Shows a phone's review with the networks' predictions on the wall."""
    text = next((sent.text for sent in scene.classroom.reviews() if sent.id == review), "")
    lines = [
        f"{card['title']}: {card.get('problem') or '{} {}'.format(card['share'], card['label'])}"
        for card in predictions(scene, text)
    ]
    scene.classroom.show_review(review, lines)


@dataclass(frozen=True)
class Press:
    """A press.

    Attributes:
        act: Carries it out on the scene and, if it takes one, with a value.
        value: The type of its value.
    """

    act: Callable[..., object]
    value: type | None = None


PRESSES = {
    "next": Press(go_on),
    "back": Press(go_back),
    "show_next_step": Press(show_next_step),
    "open_vote": Press(lambda scene: scene.classroom.open_vote()),
    "close_vote": Press(lambda scene: scene.classroom.close_vote()),
    "show_answers": Press(show_answers),
    "vote_again": Press(vote_again),
    "pair": Press(lambda scene: scene.classroom.pair_neighbours()),
    "ask_rows": Press(lambda scene, are_asked: scene.classroom.ask_rows(are_asked), bool),
    "train": Press(start_training),
    "continue_training": Press(continue_training),
    "read": Press(lambda scene, text: scene.classroom.read(checked_review(text)), str),
    "take_reviews": Press(lambda scene, are_taken: scene.classroom.open_reviews(are_taken), bool),
    "show_review": Press(show_review, str),
    "hide_review": Press(lambda scene: scene.classroom.show_review(None)),
    "drop_review": Press(lambda scene, review: scene.classroom.drop_review(review), str),
    "word_by_word": Press(lambda scene, does: scene.classroom.read_word_by_word(does), bool),
    "draw": Press(lambda scene: scene.classroom.draw()),
    "compare": Press(lambda scene, lecture: scene.classroom.compare(lecture), int),
    "offer_networks": Press(lambda scene, are_offered: scene.classroom.offer_networks(are_offered), bool),
    "trained": Press(lambda scene, network: scene.stage.class_training.take(network), dict),
    "end": Press(lambda scene: scene.classroom.end()),
}
"""By name, as pages send them."""
MOVES = ("next", "back")
"""Those that mean the step at which they are made."""
