"""Navigation through a lecture: next and previous step, votes and trainings.

A question opens when its step is shown. The next press closes the vote and shows the answers to the presenter only, the
one after shows them to the class, unless the question comes again, and the third goes on. While no phone has joined
there are no answers to show: a press shows what is right, or goes on if a later step does. A reveal takes a press per
question, each showing the class's answers beside the outcome.
"""

import functools
from collections.abc import Callable

from rnn_compare.dashboard.pages.present.lecture_context import LectureContext, current_context, step_kinds
from rnn_compare.errors import UserError
from rnn_compare.lecture.lecture_file import Lecture, find
from rnn_compare.lecture.questions import Question
from rnn_compare.lecture.trained.class_networks import recorded
from rnn_compare.presets import Preset
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.server.services import Services

RECORDING_SECONDS = 30.0
"""Duration of a recording that replaces a training."""


def begin(services: Services, name: str, recorded: bool = False, replayed: int = 0) -> None:
    """Begins a lecture, with trainings or recorded runs, or with the networks of an earlier lecture's class.

    Raises ``UserError`` if there is no such lecture.
    """
    lecture = find(name, step_kinds())
    services.classroom().begin(name, recorded, lecture.trained_settings(), lecture.task, replayed)
    services.refresh()
    trains = [index for index, step in enumerate(lecture.steps) if step.kind.trains]
    services.baselines.prepare([lecture.preset_at(index).experiments()[0] for index in trains], recorded)
    if context := current_context(services):
        _show(context, 0)


def _move(act: Callable[[LectureContext], None]) -> Callable[[Services], None]:
    """Returns a move of the current lecture, which does nothing without one."""

    @functools.wraps(act)
    def move(services: Services) -> None:
        if context := current_context(services):
            act(context)

    return move


@_move
def advance(context: LectureContext) -> None:
    """Goes on: closes an open vote, shows its answers, reveals the next outcome, or shows the next step."""
    asks, phase = context.step.asks, context.state.phase
    # The state after a press that was cut short by a killed server or a full disk; the next press completes it.
    if (asks and phase == "idle") or (context.step.kind.reveals and phase != "revealed"):
        _show(context, context.index, context.state.question)
    elif asks and phase == "open":
        without_phones = has_no_phone(context)
        context.classroom.close_vote()
        if without_phones:
            (show_next_step if is_revealed_later(context) else show_answers)(context.services)
    elif asks and phase == "closed" and not comes_again(context):
        show_answers(context.services)
    elif (question := next_outcome(context)) is not None:
        _show(context, context.index, question)
    else:
        show_next_step(context.services)


@_move
def show_answers(context: LectureContext) -> None:
    """Shows the class its answers, and what is right unless a later step asks or reveals that."""
    if context.state.question is None:
        return
    if context.step.kind.phones_train:
        context.classroom.show_task()
        return
    if is_revealed_later(context):
        context.classroom.show_answers()
    elif context.state.phase == "closed":
        context.classroom.reveal()


@_move
def show_next_step(context: LectureContext) -> None:
    """Shows the next step, if there is one; answers to a closed vote stay hidden from the class."""
    if context.index + 1 < len(context.lecture.steps):
        _show(context, context.index + 1)


@_move
def go_back(context: LectureContext) -> None:
    """Goes back to the previous outcome or step; answers, trainings and reveals stay as they are."""
    if (question := next_outcome(context, -1)) is not None:
        _show(context, context.index, question)
    elif context.index > 0:
        _show(context, context.index - 1)


@_move
def vote_again(context: LectureContext) -> None:
    """Opens another round for votes after a discussion, or the first round again if nobody answered."""
    if not context.step.asks or context.state.phase == "open":
        return
    if context.step.question and any(context.answers(context.step.question)):
        context.classroom.vote_again()
    else:
        context.classroom.open_vote()


@_move
def start_training(context: LectureContext) -> None:
    """Starts the current step's hidden trainings, or plays their recording, unless they have started."""
    if _runs_of(context, context.index):
        return
    services, preset = context.services, context.lecture.preset_at(context.index)
    if context.state.recorded:
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


@_move
def continue_training(context: LectureContext) -> None:
    """Continues interrupted trainings, still hidden; raises ``UserError`` if one cannot, after the others."""
    problems = []
    for run in context.all_runs:
        if run.can_be_continued:
            try:
                context.services.engine.continue_run(run.id, priority=1)
            except UserError as error:
                problems.append(str(error))
    context.services.refresh()
    if problems:
        raise UserError(" ".join(problems))


def has_no_phone(context: LectureContext) -> bool:
    """Returns whether an open vote can have no answers: no phone has joined the lecture."""
    return not (context.classroom.counts().joined or context.step.kind.phones_train)


def is_revealed_later(context: LectureContext) -> bool:
    """Returns whether what is right stays hidden after the vote: a later step reveals it or asks again."""
    reveals_later = any(step.kind.reveals for step in context.lecture.steps[context.index :])
    return bool(reveals_later or context.state.hidden or comes_again(context))


def comes_again(context: LectureContext) -> bool:
    """Returns whether a later step repeats the question: until then its answers are not shown, unless by the button."""
    return bool(context.state.question and context.state.question.id in context.lecture.repeated)


def next_outcome(context: LectureContext, by: int = 1) -> Question | None:
    """Returns the question that a reveal shows next, or ``by`` places further; None if there is none."""
    questions = context.lecture.revealed_questions(context.index) if context.step.kind.reveals else ()
    if context.state.question not in questions:
        return None
    place = questions.index(context.state.question) + by
    return questions[place] if 0 <= place < len(questions) else None


def _recorded_runs(services: Services, preset: Preset) -> list[Run]:
    """Returns the newest finished run of each network of a preset; none if one of them was never trained."""
    newest = {repr(run.experiment): run for run in services.all_runs() if run.status is Status.FINISHED and run.epochs}
    runs = [newest.get(repr(experiment)) for experiment in preset.experiments()]
    return [run for run in runs if run is not None] if None not in runs else []


def _show(context: LectureContext, index: int, question: Question | None = None) -> None:
    lecture, classroom = context.lecture, context.classroom
    step = lecture.steps[index]
    questions = lecture.revealed_questions(index) if step.kind.reveals else ()
    question = question or step.question or next(iter(questions), None)
    runs = _runs_of(context, index)
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
        start_training(context.services)
    elif step.kind.reveals and phase != "revealed":
        classroom.reveal(lecture.curve_settings_at(index))
    classroom.open_reviews(step.kind.takes_reviews)


def _runs_of(context: LectureContext, index: int) -> tuple[str, ...]:
    """Returns the runs that a step is about: those that its training started in this lecture."""
    if context.lecture.steps[index].kind.phones_train:
        return ()  # what phones train is no run
    trained_at = context.lecture.trained_at(index)
    run_ids = context.classroom.runs_at(trained_at) if trained_at is not None else ()
    # Until a training step has runs of its own, the record has those of the step before it.
    settings = {run.experiment.setting for run in context.services.all_runs() if run.id in run_ids}
    return run_ids if settings == context.lecture.settings_at(index) else ()
