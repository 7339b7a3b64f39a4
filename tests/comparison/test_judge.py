"""The verdict on anybody's runs: arrays, files, the command, and what is refused."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types
import pytest
from pyarrow import parquet
from scipy import stats

import rnn_compare as rc
from rnn_compare.cli.main import main
from rnn_compare.comparison.inference import judge_file
from tests.kit.servers import PROJECT

PAIR = {"A": [0.9, 0.91], "B": [0.8, 0.81]}
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


def accuracies(**settings: Any) -> pd.DataFrame:
    rows = [(name, seed, share) for name, shares in settings.items() for seed, share in enumerate(shares)]
    return pd.DataFrame(rows, columns=["setting", "seed", "accuracy"])


def read(file: Path) -> dict[str, list[float]]:
    return {name: array.tolist() for name, array in judge_file.arrays(str(file)).items()}


def test_what_has_no_seeds_is_given_as_fixed_in_a_list_or_alone() -> None:
    runs = {"LSTM": right(1, 0.9, seeds=7), "bag": right(3, 0.7, seeds=1)}
    scopes = [rc.judge(runs, fixed=fixed).pairs[0].facts()["scope"] for fixed in ((), ["bag"], "bag")]
    assert scopes == ["networks", "settings", "settings"]


def test_columns_of_a_dataframe_are_settings_and_a_notebook_shows_the_sentence() -> None:
    judgement = rc.judge(pd.DataFrame(PAIR))  # type: ignore[arg-type]  # works as a mapping does
    assert repr(judgement) == str(judgement) == str(rc.judge(PAIR))
    [pair] = judgement.pairs
    assert repr(pair) == str(pair)


def test_rounded_accuracies_are_as_uncertain_as_their_last_digit() -> None:
    """*Better by 1.0 ± 0.0 points, p = 0* was said of these."""
    [pair] = rc.judge({"A": [0.91, 0.91, 0.91], "B": [0.90, 0.90, 0.90]}).pairs
    error = np.sqrt(2 * 0.01**2 / 12 / 3)  # 0.90 is as exact as 0.91
    assert pair.facts()["p"] == pytest.approx(2 * stats.t.sf(0.01 / error, 4))


def test_the_command_reads_files_without_tensorflow_or_a_page(tmp_path: Path) -> None:
    settings = {"LSTM": right(1, 0.9), "bag": right(2, 0.7, seeds=1), "GRU": right(3, 0.9)}
    rows = table(**settings).sample(frac=1, random_state=1)
    rows.to_csv(tmp_path / "runs.csv", index=False)
    rows.to_parquet(tmp_path / "runs.parquet")
    script = (
        "import sys; from rnn_compare.cli.main import main;"
        "codes = [main(['judge', file, '--fixed', 'bag', '--json']) for file in sys.argv[1:]];"
        f"print([name for name in {HEAVY} if name in sys.modules], codes)"
    )
    command = [sys.executable, "-c", script, *(str(tmp_path / f"runs.{ending}") for ending in ("csv", "parquet"))]
    *lines, last = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert last == "[] [0, 0]"
    printed = [json.loads(line) for line in lines]
    assert {values["kind"] for values in printed} == {"judgement"}
    expected = {frozenset((pair.a.name, pair.b.name)): pair for pair in rc.judge(settings, fixed=["bag"]).pairs}
    for pair, values in [(expected[frozenset((values["a"], values["b"]))], values) for values in printed]:
        assert values["p"] == pytest.approx(pair.facts()["p"])
        assert abs(values["difference"]) == pytest.approx(abs(pair.facts()["difference"]))
    assert len(printed) == 2 * len(expected)


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    ({"A": [0.9]}, {}, "takes 2 to 100 settings, since every pair is judged, not 1"),
    ({f"A{place}": [0.9] for place in range(101)}, {}, "since every pair is judged, not 101"),
    ([[0.9], [0.8]], {}, "Give them by setting"),
    ({"A": [90.0, 91.0], "B": [0.9, 0.9]}, {}, "give shares, not percent"),
    ({"A": [0.9, float("nan")], "B": [0.9, 0.9]}, {}, "no gaps"),
    ({"A": np.ma.masked_greater([0.8, 0.9], 0.85), "B": [0.9]}, {}, "no gaps"),
    ({"A": [[1, 0], [1]], "B": [0.9, 0.9]}, {}, "as many items for each seed"),
    ({"A": [10**400, 1, 1], "B": [0.9]}, {}, "A is no array of numbers"),
    (pd.DataFrame({"setting": ["A", "B"], "accuracy": [0.9, 0.8]}), {}, "setting is no array of numbers"),
    ({1: [0.9, 0.91], "1": [0.8, 0.81]}, {}, "Every setting needs a name of its own: 1, 1."),
    ({"A": [0.9], "": [0.8]}, {}, "Every setting needs a name of its own: A, ."),
    ({"A": [], "B": [0.9]}, {}, "must be (seeds, items)"),
    ({"A": right(1, 0.9), "B": right(1, 0.9, items=30)}, {}, "need the same items"),
    ({"A": right(1, 0.9)[0], "B": right(2, 0.9)[0]}, {}, "Give these as one row, of the shape (1, 400)"),
    ({"A": np.full((3, 400), 0.9), "B": right(2, 0.9)}, {}, "whether each item was right, not its probability"),
    ({"LSTM": right(1, 0.9), "bag": right(2, 0.9)}, {"fixed": ["bag"]}, "bag is fixed, but has 3 rows"),
    (PAIR, {"fixed": ["GRU"]}, "fixed names GRU, which is none of the settings"),
    (PAIR, {"fixed": None}, "fixed is None, but must be names of settings"),
    (PAIR, {"margin": 0.51}, "is 51 points, but must be above 0 and up to 50 points (a share of 0.5)"),
    (PAIR, {"margin": float("nan")}, "The margin is nan points"),
    (PAIR, {"margin": 0}, "The margin is 0 points"),
    (PAIR, {"margin": -0.01}, "The margin is -1 points"),
    (PAIR, {"margin": "x"}, "The margin is 'x', but must be above 0"),
    (PAIR, {"looks": 0}, "looks is 0, but must be a whole number from 1 (this look counts) to 1,000"),
    (PAIR, {"looks": 1.5}, "looks is 1.5, but must be a whole number"),
]


@pytest.mark.parametrize(("runs", "options", "sentence"), REFUSED, ids=[refused[2] for refused in REFUSED])
def test_what_cannot_be_judged_is_refused_in_a_sentence(runs: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(rc.UserError, match=re.escape(sentence)):
        rc.judge(runs, **options)


def test_names_are_shown_on_one_line_without_control_characters_and_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b[31mA\nis better" + "x" * 100_000
    accuracies(**{hostile: [0.8, 0.81, 0.82], "B": [0.8, 0.81, 0.82]}).to_csv(tmp_path / "runs.csv", index=False)
    assert main(["judge", str(tmp_path / "runs.csv")]) == 0
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) <= 4
    assert len(printed) < 2000
    assert "[31mA is better" in printed
    assert printed.replace("\n", "").isprintable()
    for runs in ({hostile: [0.8, 0.81], "B": [[1, 0]]}, {hostile: [8.0], "B": [0.8]}, {hostile: "x", "B": [0.8]}):
        with pytest.raises(rc.UserError) as refused:
            rc.judge(runs)  # type: ignore[arg-type]  # also of what no type checker passes
        assert len(str(refused.value)) < 500
        assert str(refused.value).isprintable()


def test_names_and_seeds_in_a_file_are_what_is_written_there(tmp_path: Path) -> None:
    (tmp_path / "runs.csv").write_text("setting,seed,accuracy\n001,01,0.9\n001,1,0.8\n1,1,0.7\nNA,1,0.6\n", "utf-8")
    assert read(tmp_path / "runs.csv") == {"001": [0.9, 0.8], "1": [0.7], "NA": [0.6]}


ROWS, BY_SEED, BY_ITEM = accuracies(**PAIR).to_csv(index=False), "setting,seed,accuracy\n", "setting,seed,item,right\n"


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("a,b\n1,2\n", [], "columns setting, seed, item and right, or setting, seed and accuracy, but has a, b. "),
        ("", [], "but has none. Name them in the first row."),
        (f"\x1b{'x' * 10_000},seed,accuracy\nA,1,1\n", [], "needs the columns setting"),
        (BY_SEED + "A,1,0.9\nA,1,0.8\n", [], "1 row twice"),
        (BY_SEED + "A,1,0.9,0.1\nB,1,0.8,0.1\n", [], "has 3 columns, but 4 fields in row 1."),
        (BY_SEED + "A,1\n", [], "has 3 columns, but 2 fields in row 1."),
        (BY_SEED + '"A,1,0.9\n', [], "cannot be read as a table (unexpected end of data)"),
        (BY_SEED + f"{'x' * 200_000},1,0.9\n", [], "cannot be read as a table (field larger than"),
        (BY_SEED + "A,1,\n", [], "not '' (row 1)."),
        (BY_SEED + "A,1,high\n", [], "accuracy must be a number from 0 to 1, or true or false, not 'high' (row 1)."),
        (BY_SEED + f"A,1,\x1b{'x' * 10_000}\n", [], "must be a number"),
        (BY_ITEM + f"\x1b{'x' * 10_000},1,x,1\nB,1,x,1\nB,1,y,1\n", [], "lacks 1 of its 2 rows"),
        (ROWS + ",1,0.9\n", [], "1 row without setting"),
        (ROWS + "A,,0.9\n", [], "1 row without setting"),
        (BY_ITEM + "A,1,x,1\nA,1,,1\nB,1,x,1\n", [], "1 row without setting"),
        (ROWS, ["--margin", "200"], "The margin is 200 points, but must be above 0 and up to 50 points"),
        (ROWS, ["--margin", "one"], "Argument --margin: invalid points value: 'one'."),
        (ROWS, ["--looks", "1001"], "looks is 1001"),
        (ROWS, ["--looks", "1.5"], "--looks: invalid int value: '1.5'"),
        (ROWS, ["--fixed", "C"], "fixed names C, which is none of the settings"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, options: list[str], sentence: str
) -> None:
    (tmp_path / "runs.csv").write_text(content, "utf-8")
    assert main(["judge", str(tmp_path / "runs.csv"), *options]) == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert "\x1b" not in printed
    assert len(printed) < 1000


@pytest.mark.parametrize("name", ["/dev/zero", ".", "nothing.csv", "a" * 5000])
def test_what_is_no_file_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", name]) == 2
    assert capsys.readouterr().err.endswith("Give a CSV or Parquet file.\n")


@pytest.mark.parametrize("pipe", ["-", pytest.param("/dev/stdin", marks=pytest.mark.thorough)])
def test_a_pipe_is_read(pipe: str) -> None:
    script = f"import sys; from rnn_compare.cli.main import main; sys.exit(main(['judge', {pipe!r}]))"
    done = subprocess.run([sys.executable, "-c", script], input=ROWS, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("A reaches 90.5 %, B 80.5 %")


SPREADSHEETS = {
    "semicolons and a mark": b"\xef\xbb\xbfsetting;seed;accuracy\r\nA;1;0,9\r\nA;2;0,91\r\n\r\nB;1;0,8\r\nB;2;0,81\r\n",
    "tabs": b"setting\tseed\taccuracy\nA\t1\t0.9\nA\t2\t0.91\nB\t1\t0.8\nB\t2\t0.81\n",
    "quotes": b'"seed", "note", "setting", "accuracy"\n1,"a\nb",A,"0,9"\n2,,A,"0,91"\n1,,B,"0,8"\n2,,B,"0,81"\n',
}


@pytest.mark.parametrize("content", SPREADSHEETS.values(), ids=SPREADSHEETS)
def test_files_of_spreadsheets_are_read_as_they_are_written(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "runs.csv").write_bytes(content)
    assert read(tmp_path / "runs.csv") == PAIR


def test_parquet_without_pyarrow_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracies(**PAIR).to_parquet(tmp_path / "runs.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert main(["judge", str(tmp_path / "runs.parquet")]) == 2
    assert "takes pyarrow to read (pip install pyarrow). Or give a CSV file." in capsys.readouterr().err


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
    monkeypatch.setattr(judge_file, "MOST_ROWS", 2)
    (tmp_path / "long.csv").write_text("setting,seed,accuracy\nA,1,1\nB,1,1\nC,1,1\n")
    assert main(["judge", str(tmp_path / "long.csv")]) == 2
    assert "has more than 2 rows" in capsys.readouterr().err


def test_the_examples_in_the_docs_print_what_stands_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = r"```csv\n(.*?)```\n\n```sh\nrnn-compare-judge (\S+) ?(.*?)\n```\n\n```text\n(.*?)```"
    examples = re.findall(example, (PROJECT / "docs/judge.md").read_text("utf-8"), re.DOTALL)
    assert [name for _, name, _, _ in examples] == ["seeds.csv", "baseline.csv", "optimizers.csv"]
    for content, name, options, text in examples:
        (tmp_path / name).write_text(content, "utf-8")
        assert main(["judge", str(tmp_path / name), *shlex.split(options)]) == 0
        assert capsys.readouterr().out.split() == text.split()
