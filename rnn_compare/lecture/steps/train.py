"""Two steps: the networks with their parameters, term by term, and the progress of their hidden trainings."""

from collections.abc import Sequence

from rnn_compare.charts import parameter_drawing
from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.formatting import counted, rough_duration
from rnn_compare.lecture.lecture_file import Part, Press, StepKind
from rnn_compare.lecture.scene import Scene
from rnn_compare.networks.parameters import parameters
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run


def training(scene: Scene) -> list[Part]:
    """Returns a progress bar per network and the time left; for phones the parameters meanwhile."""
    groups = with_older_repeats(scene.all_runs)
    rows = [
        {"name": group.name, "color": look(group).color, "done": _done(group.runs), "text": progress(group.runs)}
        for group in groups
    ]
    bars = {"kind": "progress", "for": "wall", "rows": rows, "status": _status(scene) if groups else ""}
    return [bars, *played(scene), _cards(scene)]


def played(scene: Scene) -> list[Part]:
    """Returns the sentence about runs that are not trained live."""
    return [{"kind": "sentences", "for": "wall", "lines": [scene.played], "small": True}] if scene.played else []


def presses(scene: Scene) -> list[Press]:
    """Returns a button that starts trainings that have not started, or continues interrupted ones."""
    if not scene.all_runs:
        return [{"label": "Train", "press": "train", "primary": True}]
    return to_continue(scene)


def to_continue(scene: Scene) -> list[Press]:
    """Returns a button that continues interrupted trainings, if there are any."""
    interrupted = any(run.can_be_continued for run in scene.all_runs)
    return [{"label": "Continue", "press": "continue_training", "primary": True}] if interrupted else []


def _done(runs: Sequence[Run]) -> float:
    """Returns the completed share of the runs' epochs."""
    return round(sum(1.0 if run.status.ended else run.fraction_done for run in runs) / len(runs), 3)


def progress(runs: Sequence[Run]) -> str:
    """Returns the progress of the runs of one setting, without any accuracy."""
    if len(runs) > 1:
        ended = sum(run.status.ended for run in runs)
        return f"{ended} of {counted(len(runs), 'seed')}"
    [run] = runs
    epochs = run.experiment.epochs
    if run.status is Status.QUEUED:
        return "starting"
    if not run.status.ended:
        return f"epoch {min(len(run.epochs) + 1, epochs)} of {epochs}"
    return "finished" if run.status is Status.FINISHED else f"ended after {counted(len(run.epochs), 'epoch')}"


def _status(scene: Scene) -> str:
    runs, seconds = scene.all_runs, [run.seconds_left for run in scene.all_runs if run.seconds_left is not None]
    if any(run.can_be_continued for run in runs):
        return "A training was interrupted. It can continue from its last epoch."
    if all(run.status.ended for run in runs):
        return "Finished. The curves are still hidden."
    if scene.state.recorded:
        return "Playing a recording."
    begins = scene.services.engine.state.reason or "Starting."
    return f"{rough_duration(max(seconds)).capitalize()} left." if seconds else begins


def networks(scene: Scene) -> list[Part]:
    """Returns the networks' parameters to scale; for phones the arithmetic alone."""
    legend = parameter_drawing.legend([network.experiment for network in scene.networks])
    drawings = parameter_drawing.drawings(scene.networks)
    html = f'{legend}<div class="rc-parameters">{drawings}</div>'
    return [{"kind": "drawing", "for": "wall", "html": html}, _cards(scene)]


def _cards(scene: Scene) -> Part:
    """Returns a card per network for phones: its layers and their parameters, term by term."""
    cards = [
        {"title": network.name, "color": look(network).color, "lines": parameters(network.experiment).lines}
        for network in scene.networks
    ]
    return {"kind": "cards", "for": "phones", "cards": cards}


NETWORKS = StepKind("networks", networks, wall="their parameters to scale", phones="them term by term", minutes=3)
STEP = StepKind(
    "train", training, presses, wall="how far each training is; no accuracy", phones="the parameters", trains=True
)
