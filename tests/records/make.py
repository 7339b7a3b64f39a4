"""Makes the small cache of a released version, and what that version itself says of it.

    git worktree add --detach CHECKOUT f247b012          # the commit of that release
    PYTHONPATH=CHECKOUT python tests/records/make.py CHECKOUT tests/records/0.1.0

Needs an environment with the versions that the checkout's requirements.txt names. Only a release's commit may be used:
``expected.json`` and ``answers.csv`` are what ``tests/records/test_records.py`` holds later versions to.
"""

import contextlib
import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

SMALL = "--units 4 --maxlen 40 --embedding-size 4 --vocabulary-size 200 --reviews 600"
STOPPED = f"--cell LSTM {SMALL} --seed 3 --epochs 6 --batch-size 8 --dropout 0.2"
REVIEW = "A wonderful film, well acted, and never boring."
KEPT = ("runs.db", "runs", "texts", "reviews", "lecture.db")
TEXTS = "text,label\n" + "".join(
    f"the {noun} was {word} and the end {word} too,{label}\n"
    for noun in ("film", "plot", "cast", "music", "story", "ending", "camera", "acting", "script", "humour")
    for label, words in (("good", ("great", "lovely", "superb")), ("bad", ("awful", "boring", "dull")))
    for word in words
)


def command(cache: Path, *arguments: str) -> list[dict[str, Any]]:
    """Runs a command of the version and returns its lines of JSON."""
    environment = os.environ | {"RNN_COMPARE_CACHE": str(cache)}
    line = [sys.executable, "-m", "rnn_compare", *arguments, "--json"]
    output = subprocess.run(line, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(text) for text in output.splitlines()]


def train_and_stop(cache: Path, after: int) -> None:
    """Trains ``STOPPED`` and presses Ctrl-C once so many epochs are reported."""
    environment = os.environ | {"RNN_COMPARE_CACHE": str(cache)}
    line = [sys.executable, "-m", "rnn_compare", "train", *STOPPED.split(), "--json"]
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for text in process.stdout:
            if json.loads(text).get("epoch") == after:
                process.send_signal(signal.SIGINT)
    assert command(cache, "runs")[-1]["status"] == "stopped"


def ids(cache: Path) -> list[str]:
    """Returns the ids of all runs, the oldest first."""
    return [line["run"] for line in command(cache, "runs")]


def hold_a_lecture(cache: Path) -> str:
    """Writes a journal of two lectures, the second of which still runs; returns the table of answers."""
    module = importlib.import_module("rnn_compare.lecture.classroom")
    if not hasattr(module, "Classroom"):  # a package after 0.1.0
        module = importlib.import_module("rnn_compare.lecture.classroom.classroom")
    from rnn_compare.lecture.questions import Question

    best = Question(id="best", kind="best_network", text="Which is best?", choices=("SimpleRNN", "LSTM"))
    curve = Question(id="curve", kind="curve", text="Draw it", network="SimpleRNN", epochs=3)
    classroom = module.Classroom(cache / "lecture.db")
    for lecture in ("The book's experiment", "Once more"):
        classroom.begin(lecture)
        classroom.show_step(0, "Predict", "Which one?", best)
        classroom.open_vote()
        for device, answer in (("a", 0), ("b", 1), ("c", 1)):
            classroom.join(device)
            classroom.answer(device, "best", 1, answer)
        classroom.close_vote()
        classroom.show_answers()
        classroom.show_step(1, "Draw", "", curve)
        classroom.open_vote()
        classroom.answer("a", "curve", 1, [0.5, 0.625, 0.75])
        classroom.open_reviews(True)
        classroom.show_review(classroom.send_review("b", "Shown to all.").id)
        classroom.send_review("c", "Seen by nobody.")
        if lecture != "Once more":
            classroom.end()
    answers: str = classroom.export_csv()
    classroom.close()
    return answers


def prediction(run: str, which: Any) -> dict[str, Any]:
    """Returns what a run's network makes of ``REVIEW``."""
    import rnn_compare as rc

    [network] = rc.load(run)
    answer = network.predict(REVIEW, which)
    return {"label": answer.label, "probability": answer.probability}


def facts(cache: Path) -> list[dict[str, Any]]:
    """Returns all that the version reads of each run, with its predictions' accuracies."""
    from rnn_compare.runs.store import RunStore

    with contextlib.closing(RunStore(cache / "runs.db")) as store:
        return [
            asdict(run)
            | {"experiment": run.experiment.model_dump(), "title": run.title, "best": run.best and run.best.epoch}
            | {"predictions": [(part.epoch, part.accuracy, part.reviews) for part in store.predictions(run.id)]}
            for run in store.runs()
        ]


def main(checkout: Path, target: Path) -> None:
    """Makes ``cache.tar.xz``, ``expected.json`` and ``answers.csv`` in a folder."""
    os.chdir(checkout)
    with tempfile.TemporaryDirectory() as folder:
        cache, unbroken = Path(folder) / "cache", Path(folder) / "unbroken"
        texts = Path(folder) / "texts.csv"
        texts.write_text(TEXTS)
        for seed in ("1", "2"):
            command(cache, "train", "--cell", "SimpleRNN", "LSTM", *SMALL.split(), "--epochs", "2", "--seed", seed)
        train_and_stop(cache, after=2)
        small = "--cell GRU --units 4 --maxlen 12 --embedding-size 4 --vocabulary-size 100 --epochs 3 --test-split 0.2"
        command(cache, "train", *small.split(), "--source", str(texts))
        (unbroken / "reviews").parent.mkdir()
        (unbroken / "reviews").symlink_to(cache / "reviews")
        command(unbroken, "train", *STOPPED.split())
        os.environ["RNN_COMPARE_CACHE"] = str(cache)
        from rnn_compare.runs.store import RunStore

        first, *others = names = ids(cache)
        store = RunStore(cache / "runs.db")
        store.rename(first, "The book's, small")
        store.annotate(first, "Noted by its own version.")
        store.close()
        expected = {
            "runs": facts(cache),
            "unbroken": facts(unbroken)[0]["epochs"],
            "review": REVIEW,
            "predict": {run: {which: prediction(run, which) for which in ("best", "last")} for run in names},
            "compared": (groups := [",".join([first, others[1]]), ",".join([others[0], others[2]])]),
            "compare": command(cache, "compare", *groups),
        }
        answers = hold_a_lecture(cache)
        (target / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
        (target / "answers.csv").write_text(answers)
        for record in cache.glob("*.db"):  # what is still in the log beside it, since somebody reads it
            with contextlib.closing(sqlite3.connect(record)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with tarfile.open(target / "cache.tar.xz", "w:xz", preset=9) as archive:
            for name in KEPT:
                archive.add(cache / name, name, filter=lambda member: None if "bundled" in member.name else member)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
