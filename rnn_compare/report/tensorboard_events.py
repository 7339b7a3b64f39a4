"""Event files that TensorBoard reads: the curves of runs under the tags that Keras' own callback gives them."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rnn_compare.report.contents import Contents
from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run


def event_files(contents: Contents) -> dict[str, bytes]:
    """Returns the content of each event file by its path within the folder that TensorBoard is given.

    Each run has a folder with ``train`` and ``validation`` in it, with ``epoch_accuracy``, ``epoch_loss`` and what else
    was measured. Steps count epochs from 0, as in Keras.
    """
    files = {}
    for run in contents.runs:
        if not run.epochs:
            continue
        folder = f"{_folder(contents.names[run.id])} {run.id}"
        for part, figures in (("train", _of_training), ("validation", _of_validation)):
            # One name for ever: a file that is written again replaces the one before.
            path = f"{folder}/{part}/events.out.tfevents.{int(run.created)}.{run.id}"
            files[path] = _written(run, figures)
    return files


def _of_training(epoch: EpochEnd) -> dict[str, float]:
    return {name: value for name, value in epoch.figures.items() if not name.startswith("val_")}


def _of_validation(epoch: EpochEnd) -> dict[str, float]:
    return {name.removeprefix("val_"): value for name, value in epoch.figures.items() if name.startswith("val_")}


def _written(run: Run, figures: Callable[[EpochEnd], Mapping[str, float]]) -> bytes:
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.summary_pb2 import Summary
    from tensorboardX.record_writer import RecordWriter

    at = run.started or run.created
    events = [Event(wall_time=at, file_version="brain.Event:2")]
    for epoch in run.epochs:
        at += epoch.seconds
        values = [Summary.Value(tag=f"epoch_{name}", simple_value=value) for name, value in figures(epoch).items()]
        events.append(Event(wall_time=at, step=epoch.epoch - 1, summary=Summary(value=values)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events"
        writer = RecordWriter(str(file))
        for event in events:
            writer.write(event.SerializeToString())
        writer.close()
        return file.read_bytes()


def _folder(name: str) -> str:
    """Returns a run's name as a part of a path.

    Example:
        >>> _folder("../2 × LSTM(32) maxlen 50")
        '2 × LSTM(32) maxlen 50'
    """
    return "".join(sign for sign in name if sign.isalnum() or sign in " ()_-×").strip()
