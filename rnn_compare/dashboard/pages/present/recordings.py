"""A lecture without training: recorded runs play in its place, for a weak laptop or a place without time."""

from rnn_compare.lecture.lecture_file import Lecture
from rnn_compare.presets import Preset
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.server.services import Services

SECONDS = 30.0
"""How long a recording plays."""


def recorded(services: Services, preset: Preset) -> list[Run]:
    """Returns the newest finished run of each network of a preset; none where one of them was never trained."""
    newest = {repr(run.experiment): run for run in services.all_runs() if run.status is Status.FINISHED and run.epochs}
    found = [newest.get(repr(experiment)) for experiment in preset.experiments()]
    return [run for run in found if run is not None] if None not in found else []


def are_there(services: Services, lecture: Lecture) -> bool:
    """Tells whether a lecture can be given from recordings: whether all that it would train was trained before."""
    trains = [index for index, step in enumerate(lecture.steps) if step.kind.trains]
    return bool(trains) and all(recorded(services, lecture.preset_at(index)) for index in trains)


def play(services: Services, preset: Preset) -> None:
    """Begins to play the recorded runs of a preset, hidden until the reveal.

    Raises:
        UserError: If they are gone.
    """
    runs = recorded(services, preset)
    services.replays.begin(runs, SECONDS)
    services.hide([run.id for run in runs])
