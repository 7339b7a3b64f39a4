"""A file of runs as arrays for ``judge``: CSV, or Parquet where pyarrow is installed."""

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import UserError
from ...formatting import counted, excerpt, listed

MOST_BYTES, MOST_ROWS = 10**9, 20_000_000
"""Of a file to judge: so many rows take half a minute and 3 GB."""
MOST_IN_A_LINE = 10**6
"""Characters that are read at once, so that an endless line ends in a sentence."""
STANDARD_INPUT = "-"
Runs = defaultdict[str, defaultdict[str, dict[str, float]]]
"""By setting, seed and item."""
_BY_ITEM, _BY_SEED = ("setting", "seed", "item", "right"), ("setting", "seed", "seed", "accuracy")
"""The columns of both forms; of accuracies alone each seed has one, in place of its items."""


def arrays(file: str) -> dict[str, NDArray[np.float64]]:
    """Returns the arrays for ``judge`` from a CSV or Parquet file, or from standard input as CSV, named ``-``.

    Columns are separated by commas, semicolons or tabs; numbers may have a decimal comma.

    Raises:
        UserError: If the file cannot be read, is too large, lacks a column or a row, or has one twice.
    """
    name = "Standard input" if file == STANDARD_INPUT else file
    try:
        return _arrays(name, _rows(file))
    except (OSError, ValueError, csv.Error) as error:
        reason = excerpt(str(error), 200)
        raise UserError(f"{name} cannot be read as a table ({reason}). Give a CSV or Parquet file.") from error


def _arrays(file: str, rows: Iterator[Sequence[str]]) -> dict[str, NDArray[np.float64]]:
    columns = [column.strip() for column in next(rows, ())]
    names = next((names for names in (_BY_ITEM, _BY_SEED) if set(names) <= set(columns)), None)
    if names is None:
        has = excerpt(", ".join(filter(None, columns)), 200) or "none"
        needs = "setting, seed, item and right, or setting, seed and accuracy"
        raise UserError(f"{file} needs the columns {needs}, but has {has}. Name them in the first row.")
    runs = _runs(file, columns, names, rows)
    if names is _BY_SEED:
        return {setting: np.array([run[seed] for seed, run in seeds.items()]) for setting, seeds in runs.items()}
    items = dict.fromkeys(item for seeds in runs.values() for run in seeds.values() for item in run)
    for setting, seeds in runs.items():
        whole = len(seeds) * len(items)
        if gaps := whole - sum(map(len, seeds.values())):
            expected = "every seed needs a row for every item"
            raise UserError(f"{excerpt(setting)} lacks {gaps:,} of its {whole:,} rows: {expected}.")
    return {name: np.array([[run[item] for item in items] for run in seeds.values()]) for name, seeds in runs.items()}


def _runs(file: str, columns: Sequence[str], names: Sequence[str], rows: Iterable[Sequence[str]]) -> Runs:
    runs: Runs = defaultdict(lambda: defaultdict(dict))
    empty = twice = 0
    pick = itemgetter(*map(columns.index, names))
    for number, row in enumerate(filter(None, rows), 1):  # without blank lines
        if number > MOST_ROWS:
            raise _too_long(file)
        if len(row) != len(columns):
            raise UserError(f"{file} has {len(columns)} columns, but {counted(len(row), 'field')} in row {number:,}.")
        setting, seed, item, value = pick(row)
        run = runs[setting][seed]
        empty += not (setting and seed and item)
        twice += item in run
        try:
            run[sys.intern(item)] = _share(value)  # one string for all seeds
        except ValueError:
            numbers = f"must be a number from 0 to 1, or true or false, not {excerpt(value)!r}"
            raise UserError(f"{file}: {names[-1]} {numbers} (row {number:,}).") from None
    keys = list(dict.fromkeys(names[:-1]))
    if empty:
        raise UserError(f"{file} has {counted(empty, 'row')} without {listed(keys, 'or')}. Fill in what is missing.")
    if twice:
        raise UserError(f"{file} has {counted(twice, 'row')} twice: one row for each {listed(keys)} is expected.")
    return runs


@lru_cache(maxsize=1000)  # a file has few different values
def _share(text: str) -> float:
    word = text.strip().lower()
    return float({"true": "1", "false": "0"}.get(word, word.replace(",", ".")))


def _rows(file: str) -> Iterator[Sequence[str]]:
    """Yields the names of the columns, then each row."""
    path, is_piped = Path(file), file == STANDARD_INPUT
    if not (is_piped or path.is_file() or path.is_fifo()):
        raise UserError(f"{file} is no file. Give a CSV or Parquet file.")
    if not is_piped and (size := path.stat().st_size) > MOST_BYTES:
        raise UserError(f"{file} has {size / 10**6:,.0f} MB; the limit is {MOST_BYTES // 10**6:,} MB.")
    if path.suffix in (".parquet", ".pq"):
        yield from _parquet_rows(file)
        return
    with open(0 if is_piped else file, encoding="utf-8-sig", newline="", closefd=not is_piped) as stream:
        lines = iter(partial(stream.readline, MOST_IN_A_LINE), "")
        header = next(lines, "")
        separator = max(",;\t", key=header.count)
        yield from csv.reader(chain([header], lines), delimiter=separator, skipinitialspace=True, strict=True)


def _parquet_rows(file: str) -> Iterator[Sequence[str]]:
    try:
        from pyarrow import parquet  # type: ignore[import-untyped]  # it brings no types
    except ImportError as error:
        raise UserError(f"{file} takes pyarrow to read (pip install pyarrow). Or give a CSV file.") from error
    with parquet.ParquetFile(file) as table:
        if table.metadata.num_rows > MOST_ROWS:
            raise _too_long(file)
        yield table.schema_arrow.names
        for batch in table.iter_batches():
            columns = [["" if value is None else str(value) for value in column.to_pylist()] for column in batch]
            yield from zip(*columns, strict=True)


def _too_long(file: str) -> UserError:
    return UserError(f"{file} has more than {MOST_ROWS:,} rows. Leave out seeds or items.")
