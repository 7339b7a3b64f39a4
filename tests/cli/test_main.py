import io
import json
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.cli.main import main, parser
from rnn_compare.experiment import Experiment
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import save
from rnn_compare.paths import CACHE_VARIABLE, model_file, weights_file
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Owner
from rnn_compare.runs.store import RunStore
from tests.cli.conftest import COMMAND, Answer, Facts
from tests.kit.caches import PROJECT
from tests.kit.runs import finish, finished_run
from tests.kit.waiting import PATIENCE

TINY = ["--reviews", "80", "--maxlen", "20", "--units", "4", "--embedding-size", "4", "--vocabulary-size", "500"]


@pytest.fixture(scope="module")
def cache(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli_cache")
    (folder / "reviews").symlink_to(prepared_cache / "reviews")
    return folder


@pytest.fixture(autouse=True)
def _in_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.setenv("RNN_COMPARE_WORKERS", "1")


@pytest.fixture
def made_run(cache: Path) -> str:
    """A run with one epoch and weights of zero, made without training."""
    experiment = Experiment(units=4, maxlen=20, vocabulary_size=500)
    store = RunStore(cache / "runs.db")
    [run] = store.create([experiment], Owner.current(), "page")
    finish(store, run, 0.7, status=Status.RUNNING)
    store.close()
    zeros = {tensor.path: np.zeros(tensor.shape, np.float32) for tensor in parameters(experiment).tensors}
    for which in ("last", "best"):
        save(zeros, weights_file(run, which))
    return run


def test_a_comparison_is_trained_by_workers_and_printed_as_json_listed_predicts_and_is_exported(
    facts: Facts, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", COMMAND, "train", "--cell", "SimpleRNN", "LSTM", "--epochs", "2", "--json", *TINY]
    trained = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert trained.returncode == 0, trained.stderr
    assert trained.stderr.splitlines()[-1] == "[]", "only workers import Keras"
    message = [json.loads(line) for line in trained.stdout.splitlines()]
    ends = [line for line in message if line["kind"] == "end"]
    assert {(line["cell"], line["status"]) for line in ends} == {("SimpleRNN", "finished"), ("LSTM", "finished")}
    for end in ends:
        first, second, last = (line for line in message if line["run"] == end["run"])
        assert ([first["epoch"], second["epoch"]], last) == ([1, 2], end)
        assert (end["network"], end["reason"], end["best_epoch"] in (1, 2)) == (f"{end['cell']}(4)", None, True)
        names = {"kind", "run", "network", "cell", "seed", "status", "reason", "best_val_accuracy", "best_epoch"}
        assert set(end) == names
        assert set(first) == {*("kind", "run", "network", "cell", "seed", "epoch", "seconds"), *all_metrics()}
    first_line, *starts, _ = trained.stderr.splitlines()
    assert first_line == "2 runs waiting for a worker"
    # A run that starts and ends within LOOK_SECONDS has no line.
    runs = tuple(f"{end['run']}  {end['network']}  " for end in ends)
    assert all(line.startswith(runs) for line in starts), "only starts are on stderr"

    run = ends[-1]["run"]
    [listed] = [line for line in facts("runs") if line["run"] == run]
    assert (listed["status"], listed["epochs_done"], listed["origin"]) == ("finished", 2, "command line")
    [verdict] = facts("predict", run, "What a great film!")
    shares = verdict["probabilities"]
    assert (set(shares), sum(shares.values())) == ({"negative", "positive"}, pytest.approx(1))
    assert shares[verdict["label"]] == max(shares.values())
    [written] = facts("export", run, "--model", str(tmp_path / "m.keras"))
    assert (written["kind"], written["epoch"]) == ("written", listed["best_epoch"])
    assert (tmp_path / "m.keras").read_bytes() == model_file(run, "best").read_bytes()
    assert [line["what"] for line in facts("export", run, "--plain", str(tmp_path / "plain.py"))] == ["plain"]
    compile((tmp_path / "plain.py").read_text("utf-8"), "plain.py", "exec")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--units", "0"], "units is 0; it must be between 1 and 512."),
        (["continue", "lstm-nobody"], "There is no run called 'lstm-nobody'"),
        (["train", "--epochs", "many"], "epochs is 'many'; it must be a whole number."),
        (["train", "--units", *"123456789"], "the limit is 8"),
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
        (["export", "nobody", "--model", "m.h5"], "must end in .keras"),
        (["export", "nobody", "--model", "no/such/folder/m.keras"], "does not exist"),
        (["export", "nobody", "--model", "m.keras"], "no run called 'nobody'"),
        (["report", "nobody"], "no run called 'nobody'"),
    ],
)
def test_bad_input_is_answered_by_a_sentence(arguments: list[str], message: str, refusal: Answer) -> None:
    assert message in refusal(*arguments)


def test_a_cache_that_cannot_be_made_is_answered_by_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Answer
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "cache"))
    assert "is not writable" in refusal("runs")


def test_hints_name_the_program_as_it_was_called(monkeypatch: pytest.MonkeyPatch, refusal: Answer) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/rnn-compare"])
    assert "`rnn-compare runs` lists them" in refusal("predict", "nobody", "good")


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


def test_parameters_are_those_of_the_lecture(answer: Answer, facts: Facts) -> None:
    counted = facts("parameters", "--cell", "SimpleRNN", "LSTM", "GRU")
    expected = [(322_113, 2_080), (328_353, 8_320), (326_369, 6_336)]
    assert [(line["total"], line["recurrent_layer"]) for line in counted] == expected
    assert [layer["count"] for layer in counted[0]["layers"]] == [320_000, 2_080, 33]
    [stacked] = facts("parameters", "--cell", "LSTM", "--layers", "2")
    assert (stacked["recurrent_layer"], stacked["before_dense"]) == (2 * 8_320, 328_353 - 33 + 8_320)
    assert "32·32 + 32·32 + 32 = 2,080" in answer("parameters")


def test_texts_and_standard_input_are_read_by_several_networks_and_their_words_counted(
    made_run: str, answer: Answer, facts: Facts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "19 words known, 1 word unknown, 6 words cut off"
    assert answer("predict", made_run, "the " * 25 + "xyzzyx") == f"50.0 % negative\n{words}\n"
    unknown = "None of these words is in the vocabulary: no prediction.\n0 words known, 2 words unknown,"
    assert answer("predict", made_run, "xyzzyx qwertzx").startswith(unknown)

    monkeypatch.setattr("sys.stdin", io.StringIO("good\n\nbad film\n"))
    predictions = facts("predict", f"{made_run},{made_run}", "-", "--lines")
    assert [line["text"] for line in predictions] == ["good", "good", "bad film", "bad film"]
    assert predictions[0]["probabilities"] == {"negative": 0.5, "positive": 0.5}

    monkeypatch.setattr("sys.stdin", io.StringIO("good\nbad film\n"))
    assert main(["predict", made_run, "-", "?!"]) == 2
    printed = capsys.readouterr()
    assert printed.out.startswith(f"{made_run}  SimpleRNN(4): good bad film\n50.0 % negative\n3 words known")
    assert printed.err.startswith(f"{made_run}  SimpleRNN(4): ?!: ")


def test_accuracy_by_length_is_a_table_or_json_and_a_model_that_was_never_written_is_made(
    made_run: str, facts: Facts, answer: Answer, tmp_path: Path
) -> None:
    [line] = facts("lengths", made_run)
    assert (line["kind"], line["run"], line["trained_up_to"]) == ("lengths", made_run, 20)
    heading, _, *rows = answer("lengths", made_run).splitlines()
    assert heading == f"SimpleRNN(4) ({made_run}), trained up to 20 words:"
    assert len(rows) == len(line["points"])
    assert not model_file(made_run, "best").exists()
    answer("export", made_run, "--model", str(tmp_path / "made.keras"))
    assert (tmp_path / "made.keras").stat().st_size > 1000


def test_runs_are_listed_filtered_named_deleted_and_restored(
    empty_cache: Path, answer: Answer, facts: Facts, refusal: Answer
) -> None:
    assert "No runs yet" in answer("runs")
    assert facts("runs") == []
    store = RunStore(empty_cache / "runs.db")
    first, second = (finished_run(store, 0.7, cell=cell) for cell in ("LSTM", "GRU"))
    [waiting] = store.create([Experiment()], Owner.current(), "page")

    def listed(*arguments: str) -> list[str]:
        return [line["run"] for line in facts("runs", *arguments)]

    assert listed("--cell", "LSTM", "SimpleRNN") == [first, waiting]
    assert listed("--status", "finished") == [first, second]
    assert listed(f"{waiting},{first}", "--status", "finished") == [first]
    assert answer("runs", first, second, "--name", "Mine").count("Mine") == 2
    assert "nothing was deleted" in refusal("runs", first, waiting, "--delete")
    assert listed(first, second, "--delete") == [first, second]
    assert listed() == [waiting]
    assert listed("--undo") == [first, second]
    assert [run.name for run in store.runs([first, second])] == ["Mine", "Mine"]
    store.close()


def test_the_table_of_runs_names_what_tells_them_apart_but_not_what_has_a_column(
    empty_cache: Path, answer: Answer
) -> None:
    different: list[dict[str, Any]] = [{}, {"forget_bias": 5.0}, {"seed": 2}, {"source": "first-word"}, {"epochs": 3}]
    with closing(RunStore(empty_cache / "runs.db")) as store:
        lstms = [Experiment.model_validate({"cell": "LSTM", "maxlen": 202} | values) for values in different]
        store.create(lstms, Owner.current(), "page")
    names = [row.split("  ")[1].removeprefix("LSTM(32)") for row in answer("runs").splitlines()[1:]]
    assert names == ["", " forget bias 5.0", " seed 2", " First word: red or blue?", ""]


def test_a_damaged_record_is_set_aside_and_named_and_repair_restores_what_is_left_of_it(
    empty_cache: Path, answer: Answer, facts: Facts, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RunStore(empty_cache / "runs.db")
    [run] = store.create([Experiment()], Owner(2**22 + 1, 1.0, Owner.current().host), "page")
    store.close()
    content = (empty_cache / "runs.db").read_bytes()
    (empty_cache / "runs.db").write_bytes(b"no" + content[2:])
    assert main(["runs"]) == 0
    [aside] = empty_cache.glob("runs.db.unreadable-*")
    assert aside.name in capsys.readouterr().err
    assert "1 run and 0 epochs restored." in answer("repair")
    assert [(line["run"], line["status"]) for line in facts("runs")] == [(run, "interrupted")]
