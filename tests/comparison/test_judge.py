"""The verdict on anybody's runs: arrays, files, the command, and what is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from scipy import stats

import rnn_compare as rc
from rnn_compare.cli import verdicts
from rnn_compare.cli.main import main
from rnn_compare.comparison.inference.wins import wins

ACCURACIES = st.lists(st.sampled_from([0.5, 0.8, 0.81, 0.82]), min_size=3, max_size=6)
HEAVY = ("tensorflow", "keras", "streamlit")


def right(seed: int, accuracy: float, seeds: int = 3, items: int = 400) -> Any:
    return np.random.default_rng(seed).random((seeds, items)) < accuracy


def table(**settings: Any) -> pd.DataFrame:
    """A row for each item that each seed classified."""
    return pd.DataFrame(
        [
            {"setting": name, "seed": seed, "item": f"item {item}", "right": int(correct)}
            for name, rows in settings.items()
            for seed, row in enumerate(rows)
            for item, correct in enumerate(row)
        ]
    )


def test_of_accuracies_it_is_welchs_test_and_every_seed_counts_against_every_seed() -> None:
    a, b = [0.90, 0.91, 0.905], [0.85, 0.86, 0.905]
    [pair] = rc.judge({"A": a, "B": b})
    welch = stats.ttest_ind(a, b, equal_var=False)
    interval = welch.confidence_interval(0.96)
    assert (pair.p, pair.low, pair.high) == pytest.approx((welch.pvalue, interval.low, interval.high))
    assert (pair.a, pair.b, pair.verdict, pair.level) == ("A", "B", "unknown", 0.96)
    assert pair.wins == pytest.approx((3 + 3 + 1.5) / 9)
    assert pair.sentence.startswith("Whether A or B is better is not yet known: a difference of 3.3 ± ")


def test_the_three_answers_and_that_a_later_look_takes_more() -> None:
    steady = {"A": [0.900, 0.901, 0.902, 0.901], "B": [0.901, 0.900, 0.902, 0.901], "C": [0.880, 0.882, 0.881, 0.880]}
    verdicts = {(pair.a, pair.b): pair.verdict for pair in rc.judge(steady)}
    assert verdicts == {("A", "B"): "equal", ("A", "C"): "a is better", ("B", "C"): "a is better"}
    assert [pair.verdict for pair in rc.judge({"C": steady["C"], "A": steady["A"]})] == ["b is better"]
    assert [pair.verdict for pair in rc.judge({"A": steady["A"], "B": steady["B"]}, margin=0.001)] == ["unknown"]
    first, later = (rc.judge({"A": [0.9, 0.91, 0.92], "B": [0.87, 0.88, 0.87]}, looks=looks) for looks in (1, 3))
    assert (first[0].verdict, later[0].verdict) == ("a is better", "unknown")
    assert first[0].p == later[0].p, "p is that of the test"
    assert [pair.verdict for pair in rc.judge({"A": [0.9, 0.9], "B": [0.1, 0.1]})] == ["unknown"], "two seeds"


@given(ACCURACIES, ACCURACIES)
def test_how_often_one_setting_wins_is_how_often_the_other_loses(a: list[float], b: list[float]) -> None:
    forward, back = wins(a, b), wins(b, a)
    assert forward is not None
    assert back is not None
    values = [(won.share, won.low, won.high) for won in (forward.turned, back)]
    assert values[0] == pytest.approx(values[1], abs=2e-4)
    assert forward.low <= forward.share <= forward.high


def test_among_several_another_settings_piles_explain_a_difference_that_few_seeds_show() -> None:
    piles = {"A": [0.521, 0.520, 0.522], "B": [0.751, 0.750, 0.749], "C": [0.52, 0.75, 0.75]}
    verdicts = {(pair.a, pair.b): pair for pair in rc.judge(piles)}
    assert {pair.verdict for pair in verdicts.values()} == {"unknown"}
    low, high = verdicts["A", "B"].low, verdicts["A", "B"].high
    assert low is not None
    assert high is not None
    assert low < 0 < high
    [alone] = rc.judge({name: piles[name] for name in "AB"})
    assert alone.verdict == "b is better", "of two settings that happens in 3 % of cases"
    narrow = piles | {"C": [0.52, 0.55, 0.54]}
    assert next(pair.verdict for pair in rc.judge(narrow)) == "b is better", "no seed is as far apart"
    six = {name: values * 2 for name, values in piles.items()}
    assert next(pair.verdict for pair in rc.judge(six)) == "b is better", "as many seeds lie in one pile too rarely"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_command_reads_files_without_tensorflow_or_a_page(tmp_path: Path, kind: str) -> None:
    settings = {"LSTM": right(1, 0.9), "bag": right(2, 0.7), "GRU": right(3, 0.9)}
    file = tmp_path / f"runs.{kind}"
    rows = table(**settings).sample(frac=1, random_state=1)
    rows.to_csv(file, index=False) if kind == "csv" else rows.to_parquet(file)
    script = (
        "import sys; from rnn_compare.cli.main import main; code = main(['judge', sys.argv[1], '--json']);"
        f"print([name for name in {HEAVY} if name in sys.modules], code)"
    )
    printed = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=True).stdout
    *lines, last = printed.splitlines()
    assert last == "[] 0"
    by_names = {(values["a"], values["b"]): values for values in map(json.loads, lines)}
    for pair in rc.judge(settings):
        values = by_names.get((pair.a, pair.b)) or by_names[pair.b, pair.a]
        assert values["p"] == pytest.approx(pair.p)
        assert abs(values["difference"]) == pytest.approx(abs(pair.difference))
    assert {values["kind"] for values in by_names.values()} == {"judgement"}


def test_in_words_each_pair_has_its_sentence_and_how_often_it_wins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "runs.csv"
    accuracies = {"A": (0.9, 0.91, 0.92), "B": (0.8, 0.81, 0.82)}
    rows = [(name, seed, value) for name, values in accuracies.items() for seed, value in enumerate(values)]
    pd.DataFrame(rows, columns=["setting", "seed", "accuracy"]).to_csv(file, index=False)
    assert main(["judge", str(file)]) == 0
    sentence, wins, p = capsys.readouterr().out.splitlines()
    assert sentence.startswith(
        "A is better than B by 10.0 ± 2.4 points (91.0 % and 81.0 % in the mean over seeds; 96 %"
    )
    assert wins == "  A seed of A beats one of B in 100 % of pairs (95 % interval 34 to 100 %)."
    assert p.endswith("; up to 0.04 shows a difference at this look.")


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        ({"A": [0.9]}, "takes 2 to 100 settings, since every pair is judged, not 1"),
        ({"A": [90.0, 91.0], "B": [0.9, 0.9]}, "give shares, not percent"),
        ({"A": [0.9, float("nan")], "B": [0.9, 0.9]}, "no gaps"),
        ({"A": [[1, 0], [1]], "B": [0.9, 0.9]}, "equally many items"),
        ({"A": [], "B": [0.9]}, r"must be \(seeds, items\)"),
        ({"A": right(1, 0.9), "B": right(1, 0.9, items=30)}, "need the same items"),
        ({f"A{place}": [0.9] for place in range(101)}, "takes 2 to 100 settings, since every pair is judged, not 101"),
        ([[0.9, 0.8], [0.8, 0.9]], "Give them by setting"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_a_sentence(runs: Any, sentence: str) -> None:
    with pytest.raises(rc.UserError, match=sentence):
        rc.judge(runs)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"margin": 1},
            "The margin is 100 points, but must be above 0 and below 100 points, such as 1 .a share of 0.01",
        ),
        ({"margin": float("nan")}, "The margin is nan points"),
        ({"margin": -0.01}, "The margin is -1 points"),
        ({"margin": "x"}, "The margin is 'x', but must be above 0"),
        ({"looks": 0}, "looks is 0, but must be a whole number from 1 .this look counts. to 1,000"),
        ({"looks": 1.5}, "looks is 1.5, but must be a whole number"),
        ({"looks": 10**9}, "to 1,000"),
    ],
)
def test_a_margin_or_looks_that_make_no_sense_are_refused_in_a_sentence(options: Any, sentence: str) -> None:
    with pytest.raises(rc.UserError, match=sentence):
        rc.judge({"A": [0.9], "B": [0.9]}, **options)


def test_as_many_settings_as_are_taken_are_judged() -> None:
    assert len(rc.judge({f"A{place}": [place / 100] for place in range(100)})) == 4950


def test_names_are_shown_on_one_line_without_control_characters_and_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[31mA\nis better" + "x" * 200_000
    file = tmp_path / "runs.csv"
    rows = [(name, seed, 0.8 + seed / 100) for name in (hostile, "B") for seed in range(3)]
    pd.DataFrame(rows, columns=["setting", "seed", "accuracy"]).to_csv(file, index=False)
    assert main(["judge", str(file)]) == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3
    assert "[31mA is better" in printed
    assert printed.replace("\n", "").isprintable()
    assert len(printed) < 1000
    [pair] = rc.judge({hostile: [0.8, 0.81, 0.82], "B": [0.8, 0.81, 0.82]})
    assert pair.a == hostile, "data are as they were given"
    for runs in ({hostile: [0.8, 0.81], "B": [[1, 0]]}, {hostile: [8.0], "B": [0.8]}, {hostile: "x", "B": [0.8]}):
        with pytest.raises(rc.UserError) as refused:
            rc.judge(runs)  # type: ignore[arg-type]  # also of what no type checker passes
        assert len(str(refused.value)) < 500
        assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2\n", "but needs setting, seed, item and right"),
        ("setting,seed,accuracy\nA,1,0.9\nA,1,0.8\n", "1 rows twice"),
        ("setting,seed,accuracy\nA,1,high\n", "must be a number"),
        ("setting,seed,item,right\nA,1,x,1\nA,1,y,1\nB,1,x,1\n", "B lacks 1 of its 2 rows"),
        ("", "cannot be read as a table"),
        (f"setting,seed,accuracy\nA,1,\x1b{'x' * 10_000}\n", "must be a number"),
        (f"\x1b{'x' * 10_000},seed,accuracy\nA,1,1\n", "but needs setting"),
        (f"setting,seed,item,right\n\x1b{'x' * 10_000},1,x,1\nB,1,x,1\nB,1,y,1\n", "lacks 1 of its 2 rows"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, sentence: str
) -> None:
    (tmp_path / "runs.csv").write_text(content, "utf-8")
    assert main(["judge", str(tmp_path / "runs.csv")]) == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert "\x1b" not in printed
    assert len(printed) < 1000


def test_what_is_no_file_is_refused_and_a_pipe_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("/dev/zero", str(tmp_path), str(tmp_path / "nothing.csv"), "a" * 5000):
        assert main(["judge", name]) == 2
        assert capsys.readouterr().err.endswith("Give a CSV or Parquet file.\n")
    script = "from rnn_compare.cli.main import main; main(['judge', '/dev/stdin'])"
    rows = "setting,seed,accuracy\n" + "".join(f"{name},{seed},0.{8 + seed}\n" for name in "AB" for seed in (0, 1))
    printed = subprocess.run([sys.executable, "-c", script], input=rows, capture_output=True, text=True, check=True)
    assert "A and B both reach" in printed.stdout


def test_a_file_that_would_take_all_memory_is_refused_before_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(2**40)
    assert main(["judge", str(large)]) == 2
    assert "has 1,099,512 MB; the limit is 1,000 MB." in capsys.readouterr().err
    rows = 20_000_001
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), pa.array([1.0]))
    parquet.write_table(pa.table(dict.fromkeys(("setting", "seed", "accuracy"), column)), tmp_path / "long.parquet")
    assert main(["judge", str(tmp_path / "long.parquet")]) == 2
    assert "has more than 20,000,000 rows" in capsys.readouterr().err
    monkeypatch.setattr(verdicts, "MOST_ROWS", 2)
    (tmp_path / "long.csv").write_text("setting,seed,accuracy\nA,1,1\nB,1,1\n")
    assert main(["judge", str(tmp_path / "long.csv")]) == 0
    (tmp_path / "long.csv").write_text("setting,seed,accuracy\nA,1,1\nB,1,1\nC,1,1\n")
    assert main(["judge", str(tmp_path / "long.csv")]) == 2
    assert "has more than 2 rows" in capsys.readouterr().err
