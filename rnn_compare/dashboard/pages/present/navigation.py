"""Navigation through a lecture: next and previous step, votes and trainings.

A question is open as soon as its step is shown; the next press closes the vote, which shows the answers to the
presenter alone, the one after shows them to the class, and the third goes on. A reveal has as many presses as there
were questions: with each of them the class's answers to one stand beside the outcome.
"""

from rnn_compare.dashboard.pages.present.lecture_context import Moment, now, step_kinds
from rnn_compare.errors import UserError
from rnn_compare.lecture.lecture_file import Lecture, find
from rnn_compare.lecture.questions import Question
from rnn_compare.presets import Preset
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services

RECORDING_SECONDS = 30.0
"""The duration of a recording that plays in the place of a training."""


def begin(services: Services, name: str, recorded: bool = False) -> None:
    """Begins a lecture at its first step, with trainings or with recorded runs in their place.

    Raises:
        UserError: If there is no such lecture.
    """
    lecture = find(name, step_kinds())
    current_app().classroom().begin(name, recorded, lecture.trained_settings())
    services.refresh()
    _show(services, lecture, 0)


def advance(services: Services) -> None:
    """Goes on: closes an open vote, shows its answers, tells the next outcome, or shows the next step."""
    if (moment := now(services)) is None:
        return
    kind, phase = moment.step.kind, moment.state.phase
    # As it is where a server is killed, or its disk is full, in the middle of a press: the next one completes it.
    if (kind.asks and phase == "idle") or (kind.reveals and phase != "revealed"):
        _show(services, moment.lecture, moment.index, moment.state.question)
    elif kind.asks and phase == "open":
        current_app().classroom().close_vote()
    elif kind.asks and phase == "closed":
        show_answers(services)
    elif (question := next_outcome(moment)) is not None:
        _show(services, moment.lecture, moment.index, question)
    else:
        show_next_step(services)


def show_answers(services: Services) -> None:
    """Shows the class its answers, and with them what is right where nothing later asks or reveals that."""
    if (moment := now(services)) is None or (question := moment.state.question) is None:
        return
    reveals_later = any(step.kind.reveals for step in moment.lecture.steps[moment.index :])
    if reveals_later or moment.state.hidden or question.id in moment.lecture.repeated:
        current_app().classroom().show_answers()
    elif moment.state.phase == "closed":
        current_app().classroom().reveal()


def show_next_step(services: Services) -> None:
    """Shows the next step, if there is one; answers to a closed vote stay hidden from the class."""
    if (moment := now(services)) and moment.index + 1 < len(moment.lecture.steps):
        _show(services, moment.lecture, moment.index + 1)


def go_back(services: Services) -> None:
    """Goes back to the outcome or the step before; what was answered, trained and revealed stays as it is."""
    if (moment := now(services)) is None:
        return
    if (question := next_outcome(moment, -1)) is not None:
        _show(services, moment.lecture, moment.index, question)
    elif moment.index > 0:
        _show(services, moment.lecture, moment.index - 1)


def vote_again(services: Services) -> None:
    """Opens another round, after neighbours have talked; or the vote, if it was never open."""
    if (moment := now(services)) is None or not moment.step.kind.asks or moment.state.phase == "open":
        return
    if any(moment.answers(question) for question in [moment.step.question] if question):
        current_app().classroom().vote_again()
    else:
        current_app().classroom().open_vote()


def start_training(services: Services) -> None:
    """Begins the trainings of the step at hand, hidden, or plays their recording, unless they have begun."""
    moment = now(services)
    if moment is None or _runs_of(services, moment.lecture, moment.index):
        return
    preset = moment.lecture.preset_at(moment.index)
    if moment.state.recorded:
        runs = _recorded_runs(services, preset)
        services.replays.begin(runs, RECORDING_SECONDS)
        services.hide([run.id for run in runs])
    else:  # ahead of whatever the class has started itself: a hall waits
        services.submit_hidden(preset.experiments())


def is_recorded(services: Services, lecture: Lecture) -> bool:
    """Tells whether a lecture can be given from recordings: whether all that it would train was trained before."""
    trains = [index for index, step in enumerate(lecture.steps) if step.kind.trains]
    return bool(trains) and all(_recorded_runs(services, lecture.preset_at(index)) for index in trains)


def continue_training(services: Services) -> None:
    """Goes on with trainings that were broken off, from their last epochs; hidden they stay.

    Raises:
        UserError: If one of them cannot go on; the others do.
    """
    moment, problems = now(services), []
    for run in moment.trained if moment else ():
        if run.can_be_continued:
            try:
                services.engine.continue_run(run.id, priority=1)
            except UserError as error:
                problems.append(str(error))
    services.refresh()
    if problems:
        raise UserError(" ".join(problems))


def next_outcome(moment: Moment, by: int = 1) -> Question | None:
    """Returns the question that a reveal tells next, or so many places on; None where there is none."""
    questions = moment.lecture.asked_before(moment.index) if moment.step.kind.reveals else ()
    if moment.state.question not in questions:
        return None
    place = questions.index(moment.state.question) + by
    return questions[place] if 0 <= place < len(questions) else None


def _recorded_runs(services: Services, preset: Preset) -> list[Run]:
    """Returns the newest finished run of each network of a preset; none where one of them was never trained."""
    newest = {repr(run.experiment): run for run in services.all_runs() if run.status is Status.FINISHED and run.epochs}
    runs = [newest.get(repr(experiment)) for experiment in preset.experiments()]
    return [run for run in runs if run is not None] if None not in runs else []


def _show(services: Services, lecture: Lecture, index: int, question: Question | None = None) -> None:
    step, classroom = lecture.steps[index], current_app().classroom()
    questions = lecture.asked_before(index) if step.kind.reveals else ()
    question = question or step.question or next(iter(questions), None)
    runs = _runs_of(services, lecture, index)
    classroom.show_step(index, step.title, step.text, question)
    if runs != classroom.state().runs:
        classroom.show_runs(runs)
    phase = classroom.state().phase
    if step.kind.asks and phase == "idle":
        classroom.open_vote()
    elif step.kind.trains:
        start_training(services)
    elif step.kind.reveals and phase != "revealed":
        classroom.reveal(lecture.settings_at(index))
    classroom.open_reviews(step.kind.takes_reviews)


def _runs_of(services: Services, lecture: Lecture, index: int) -> tuple[str, ...]:
    """Returns the runs that a step is about: those that its training began in this lecture."""
    trained_at = lecture.trained_at(index)
    run_ids = current_app().classroom().runs_at(trained_at) if trained_at is not None else ()
    # A step's runs are those of the step before it, until it has its own.
    settings = {run.experiment.setting for run in services.all_runs() if run.id in run_ids}
    return run_ids if settings == lecture.settings_at(index) else ()
