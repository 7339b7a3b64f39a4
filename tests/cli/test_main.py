import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare import __version__
from rnn_compare.cli.main import main, parser
from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import save
from rnn_compare.paths import CACHE_VARIABLE, model_file, weights_file
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.kit.runs import finish, finished_run
from tests.kit.waiting import PATIENCE

TINY = ["--reviews", "80", "--maxlen", "20", "--units", "4", "--embedding-size", "4", "--vocabulary-size", "500"]
SERVER = """
import sys
from rnn_compare.cli.main import main
code = main(sys.argv[1:])
print(sorted({"keras", "tensorflow"} & sys.modules.keys()), file=sys.stderr)
raise SystemExit(code)
"""


@pytest.fixture(scope="module")
def cache(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli_cache")
    (folder / "reviews").symlink_to(prepared_cache / "reviews")
    return folder


@pytest.fixture(autouse=True)
def _in_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "1")


@pytest.fixture(scope="module")
def trained(cache: Path) -> subprocess.CompletedProcess[str]:
    """What a comparison of two tiny networks printed, in a process that says at last what it imported."""
    return subprocess.run(
        [sys.executable, "-c", SERVER, "train", "--cell", "SimpleRNN", "LSTM", "--epochs", "2", "--json", *TINY],
        env=os.environ | {CACHE_VARIABLE: str(cache), "RNN_COMPARE_WORKERS": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.fixture
def made_run(cache: Path) -> str:
    """A run with one epoch and weights, made without training."""
    experiment = Experiment(units=4, maxlen=20, vocabulary_size=500)
    store = RunStore(cache / "runs.db")
    [run] = store.create([experiment], Owner.current(), "page")
    finish(store, run, 0.7, status=Status.RUNNING)
    store.close()
    tensors = parameters(experiment).tensors
    zeros = {tensor.path: np.zeros(tensor.shape, np.float32) for tensor in tensors}
    for which in ("last", "best"):
        save(zeros, weights_file(run, which))
    return run


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_train_prints_json_alone_each_epoch_once_and_an_end_for_each_run(
    trained: subprocess.CompletedProcess[str],
) -> None:
    assert trained.returncode == 0, trained.stderr
    message = lines(trained.stdout)
    epochs = [line for line in message if line["kind"] == "epoch"]
    ends = [line for line in message if line["kind"] == "end"]
    assert len(message) == len(epochs) + len(ends)
    assert sorted((line["cell"], line["epoch"]) for line in epochs) == [
        (cell, epoch) for cell in ("LSTM", "SimpleRNN") for epoch in (1, 2)
    ]
    assert set(epochs[0]) == {*("kind", "run", "network", "cell", "seed", "epoch", "seconds"), *all_metrics()}
    assert {(line["cell"], line["status"]) for line in ends} == {("SimpleRNN", "finished"), ("LSTM", "finished")}
    names = ["kind", "run", "network", "cell", "seed", "status", "reason", "best_val_accuracy", "best_epoch"]
    assert all(list(line) == names and line["reason"] is None for line in ends)
    assert all(line["best_epoch"] in (1, 2) and len(str(line["best_val_accuracy"])) < 10 for line in ends)
    assert {line["network"] for line in message} == {"SimpleRNN(4)", "LSTM(4)"}
    assert trained.stderr.startswith("2 runs waiting for a worker\n")
    assert all(f"{line['run']}  {line['network']}  " in trained.stderr for line in ends), "each start is on stderr"
    for run in {line["run"] for line in message}:
        assert [line["kind"] for line in message if line["run"] == run] == ["epoch", "epoch", "end"]


def test_training_imports_neither_keras_nor_tensorflow_outside_the_workers(
    trained: subprocess.CompletedProcess[str],
) -> None:
    assert trained.stderr.splitlines()[-1] == "[]"


def test_a_trained_run_is_listed_predicts_and_is_exported(
    trained: subprocess.CompletedProcess[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = lines(trained.stdout)[-1]["run"]
    assert main(["runs", "--json"]) == 0
    [facts] = [facts for facts in lines(capsys.readouterr().out) if facts["run"] == run]
    assert (facts["status"], facts["epochs_done"], facts["origin"]) == ("finished", 2, "command line")
    assert facts["experiment"]["maxlen"] == 20

    assert main(["predict", run, "What a great film!", "--json"]) == 0
    [verdict] = lines(capsys.readouterr().out)
    assert list(verdict)[:4] == ["kind", "run", "network", "cell"]
    shares = verdict["probabilities"]
    assert set(shares) == {"negative", "positive"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[verdict["label"]] == max(shares.values())

    assert main(["export", run, "--model", str(tmp_path / "m.keras"), "--json"]) == 0
    [written] = lines(capsys.readouterr().out)
    assert (written["kind"], written["epoch"]) == ("written", facts["best_epoch"])
    assert (tmp_path / "m.keras").read_bytes() == model_file(run, "best").read_bytes()
    assert main(["export", run, "--plain", str(tmp_path / "plain.py"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["what"] == "plain"
    compile((tmp_path / "plain.py").read_text("utf-8"), "plain.py", "exec")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--units", "0"], "units is 0; it must be between 1 and 512."),
        (["continue", "lstm-nobody"], "There is no run called 'lstm-nobody'"),
        (["train", "--cell", "Transformer"], "cell is 'Transformer'; it must be one of"),
        (["train", "--epochs", "many"], "epochs is 'many'; it must be a whole number."),
        (["train", "--units", *"123456789"], "the limit is 8"),
        (["parameters", "--vocabulary-size", "99"], "vocabulary_size is 99"),
        (["predict", "nobody", "good"], "no run called 'nobody'"),
        (["predict", "nobody", "good", "--lines"], "--lines reads standard input, which is -."),
        (["runs", "--delete"], "Which runs? Name them"),
        (["runs", "--undo"], "No run was deleted within the last 10 seconds."),
        (["runs", "--cell", "Transformer"], "cell is 'Transformer'; it must be one of"),
        (["trian"], "There is no command 'trian'. Did you mean train? See `python -m rnn_compare --help`."),
        (["train", "--epohs", "3"], "Did you mean --epochs? See `python -m rnn_compare train --help`."),
        (["train", "--dropout", "0", "0.2"], "'0.2' is not expected here. See `python -m rnn_compare train --help`."),
        (["baselines", "--reviews", "500", "600"], "'600' is not expected here."),
        (["parameters", "--dropout", "0", "--dropout", "9"], "dropout is 9; it must be between"),
        (["export", "nobody", "--model", ""], "The name of a file is empty"),
        (["report", "nobody"], "no run called 'nobody'"),
        (["export", "nobody", "--model", "m.keras"], "no run called 'nobody'"),
        (["export", "nobody", "--model", "m.h5"], "must end in .keras"),
        (["export", "nobody", "--model", "no/such/folder/m.keras"], "does not exist"),
    ],
)
def test_bad_input_is_answered_by_a_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("command", "taken"),
    [
        ("train", {"units", "maxlen"}),
        ("sweep", {"units", "maxlen", "epochs", "reviews"}),
        ("parameters", {"units", "maxlen"}),
        ("baselines", set()),
    ],
)
def test_help_offers_several_values_exactly_where_they_are_taken(command: str, taken: set[str]) -> None:
    """Of a training's epochs it offered several, which were refused."""
    offered = re.findall(r"--(\w+) [A-Z]+ \[", parser().commands[command].format_help())
    assert {"units", "maxlen", "epochs", "reviews"} & set(offered) == taken


def test_parameters_are_those_of_the_lecture(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parameters", "--cell", "SimpleRNN", "LSTM", "GRU", "--json"]) == 0
    counted = lines(capsys.readouterr().out)
    assert [(line["total"], line["recurrent_layer"]) for line in counted] == [
        (322_113, 2_080),
        (328_353, 8_320),
        (326_369, 6_336),
    ]
    assert [layer["count"] for layer in counted[0]["layers"]] == [320_000, 2_080, 33]
    assert main(["parameters"]) == 0
    assert "32·32 + 32·32 + 32 = 2,080" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "output"),
    [
        # Weights of zero predict one half.
        ("the " * 25 + "xyzzyx", "50.0 % negative\n19 words known, 1 word unknown, 6 words cut off\n"),
        ("xyzzyx qwertzx", "None of these words is in the vocabulary: no prediction.\n0 words known, 2 words unknown,"),
    ],
)
def test_a_prediction_counts_the_words_and_needs_one_that_is_known(
    made_run: str, text: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", made_run, text]) == 0
    assert capsys.readouterr().out.startswith(output)


def test_several_texts_and_standard_input_are_read_by_several_networks(
    made_run: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("good\n\nbad film\n"))
    assert main(["predict", f"{made_run},{made_run}", "-", "--lines", "--json"]) == 0
    predictions = lines(capsys.readouterr().out)
    assert [line["text"] for line in predictions] == ["good", "good", "bad film", "bad film"]
    assert predictions[0]["probabilities"] == {"negative": 0.5, "positive": 0.5}

    monkeypatch.setattr("sys.stdin", io.StringIO("good\nbad film\n"))
    assert main(["predict", made_run, "-", "?!"]) == 2
    printed = capsys.readouterr()
    assert printed.out == f"{made_run}  SimpleRNN(4): good bad film\n50.0 % negative\n{_WORDS}\n"
    assert printed.err.startswith(f"{made_run}  SimpleRNN(4): ?!: ")


def test_accuracy_by_length_is_a_table_or_json(made_run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lengths", made_run, "--json"]) == 0
    [line] = lines(capsys.readouterr().out)
    assert (line["kind"], line["run"], line["trained_up_to"]) == ("lengths", made_run, 20)
    assert sum(point["texts"] for point in line["points"]) == 5000
    assert main(["lengths", made_run]) == 0
    heading, _, *rows = capsys.readouterr().out.splitlines()
    assert heading == f"SimpleRNN(4) ({made_run}), trained up to 20 words:"
    assert len(rows) == len(line["points"])


_WORDS = "3 words known, 0 words unknown, 0 words cut off"


def test_hints_name_the_program_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/rnn-compare"])
    assert main(["predict", "nobody", "good"]) == 2
    assert "`rnn-compare runs` lists them" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"rnn-compare {__version__}\n"


def test_a_model_that_was_never_written_is_made_from_the_weights(made_run: str, tmp_path: Path) -> None:
    assert not model_file(made_run, "best").exists()
    assert main(["export", made_run, "--model", str(tmp_path / "made.keras")]) == 0
    assert (tmp_path / "made.keras").stat().st_size > 1000


def test_the_table_of_runs_names_what_tells_them_apart(empty_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = RunStore(empty_cache / "runs.db")
    lstm = {"cell": "LSTM", "maxlen": 202}
    different: list[dict[str, Any]] = [{}, {"forget_bias": 5.0}, {"seed": 2}, {"source": "first-word"}, {"epochs": 3}]
    store.create([Experiment.model_validate(lstm | values) for values in different], Owner.current(), "page")
    store.close()
    assert main(["runs"]) == 0
    names = [row.split("  ")[1].removeprefix("LSTM(32)") for row in capsys.readouterr().out.splitlines()[1:]]
    assert names == ["", " forget bias 5.0", " seed 2", " First word: red or blue?", ""]


def test_runs_are_filtered_named_deleted_and_restored(empty_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = RunStore(empty_cache / "runs.db")
    first, second = (finished_run(store, 0.7, cell=cell) for cell in ("LSTM", "GRU"))
    [waiting] = store.create([Experiment()], Owner.current(), "page")

    def listed(*arguments: str) -> list[str]:
        assert main(["runs", *arguments, "--json"]) == 0
        return [facts["run"] for facts in lines(capsys.readouterr().out)]

    assert listed() == [first, second, waiting]
    assert listed("--cell", "LSTM", "SimpleRNN") == [first, waiting]
    assert listed("--status", "finished") == [first, second]
    assert listed(f"{waiting},{first}", "--status", "finished") == [first]
    assert main(["runs", first, second, "--name", "Mine"]) == 0
    assert capsys.readouterr().out.count("Mine") == 2
    assert main(["runs", first, waiting, "--delete"]) == 2
    assert "nothing was deleted" in capsys.readouterr().err
    assert listed(first, second, "--delete") == [first, second]
    assert listed() == [waiting]
    assert listed("--undo") == [first, second]
    assert [run.name for run in store.runs([first, second])] == ["Mine", "Mine"]
    store.close()


@pytest.mark.usefixtures("empty_cache")
def test_an_empty_list_of_runs_is_a_sentence_or_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "No runs yet" in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_a_damaged_record_is_set_aside_and_named(empty_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty_cache / "runs.db").write_text("this is no database, however long one reads it" * 100)
    assert main(["runs"]) == 0
    [aside] = empty_cache.glob("runs.db.unreadable-*")
    assert aside.name in capsys.readouterr().err


def test_repair_restores_what_is_left_of_a_damaged_record(
    empty_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(empty_cache / "runs.db")
    [run] = store.create([Experiment()], Owner(2**22 + 1, 1.0, Owner.current().host), "page")
    store.close()
    content = (empty_cache / "runs.db").read_bytes()
    (empty_cache / "runs.db").write_bytes(b"no" + content[2:])
    assert main(["repair"]) == 0
    assert "1 run and 0 epochs restored." in capsys.readouterr().out
    assert main(["runs", "--json"]) == 0
    assert f'"run": "{run}"' in (out := capsys.readouterr().out)
    assert "interrupted" in out


def test_a_cache_that_cannot_be_made_is_answered_by_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "cache"))
    assert main(["runs"]) == 2
    assert "is not writable" in capsys.readouterr().err


def test_lists_and_counts_are_there_at_once() -> None:
    slow = ("distributed", "keras", "tensorflow", "pandas", "streamlit", "rich")
    script = f"import sys, rnn_compare.cli.main; print([name for name in {slow!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
