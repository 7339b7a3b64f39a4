"""A memory test is kept with its run, beside the weights that were tested: a class sees it again without waiting."""

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from rnn_compare.atomic import whole_file
from rnn_compare.insight.memory_test import MemoryTest
from rnn_compare.insight.polarity import WordChoice
from rnn_compare.paths import run_folder


def keep(run: str, state: str, test: MemoryTest) -> None:
    """Writes a run's memory test into its folder, once; where that cannot be written to, it is done anew another time.

    Args:
        run: The run's id.
        state: The fingerprint of the weights that were tested (see ``questions.fingerprint``).
        test: What was found.
    """
    if (file := _file(run, state)).exists():
        return
    plain = {**asdict(test), **{name: getattr(test, name).tolist() for name in ("distances", "told_apart", "effect")}}
    with contextlib.suppress(OSError), whole_file(file) as partial:
        partial.write_text(json.dumps(plain), "utf-8")


def kept(run: str, state: str) -> MemoryTest | None:
    """Returns the memory test of a run's weights; None if there is none that can be read."""
    try:
        return _read(json.loads(_file(run, state).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(plain: dict[str, Any]) -> MemoryTest:
    words = {kind: tuple((str(word), float(odds)) for word, odds in group) for kind, group in plain["words"].items()}
    return MemoryTest(
        distances=np.array(plain["distances"], np.int64),
        told_apart=np.array(plain["told_apart"], np.float32),
        effect=np.array(plain["effect"], np.float32),
        pairs=int(plain["pairs"]),
        words=WordChoice(**words),
    )


def _file(run: str, state: str) -> Path:
    return run_folder(run) / f"memory-{state}.json"
