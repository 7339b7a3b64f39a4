"""The spread between seeds of settings, measured from the record's runs and written into the program's table.

    python -m rnn_compare sweep --cell SimpleRNN LSTM --seeds 10
    python -m benchmarks.seed_spreads [--fewest 5]

Where a class trains three seeds of a preset or more, their spread is pooled with this (``Evidence.spread``). Every
setting with enough finished runs is measured; other settings of the table stay. Printed are standard deviations in
points.
"""

import argparse
import json
import math
import time
from dataclasses import asdict
from typing import Any

from rnn_compare.comparison.evidence import MEASURED, Evidence
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.accuracies import TITLES
from rnn_compare.comparison.inference.intervals import spread
from rnn_compare.paths import cache_folder
from rnn_compare.runs.store import RunStore


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fewest", type=int, default=5, help="runs from which a setting is taken")
    options = parser.parse_args()
    table: dict[str, Any] = {"settings": {}, "what": {}}
    if MEASURED.exists():
        table = json.loads(MEASURED.read_text(encoding="utf-8"))
    store = RunStore(cache_folder() / "runs.db")
    evidence = Evidence(store)
    for group in groups(store.runs()):
        if len(group.counted) < options.fewest:
            continue
        spreads = {measure: spread(scores) for measure in TITLES if (scores := evidence.scores(group.counted, measure))}
        setting = group.experiment.setting
        table["settings"][setting] = {measure: asdict(estimate) for measure, estimate in spreads.items()}
        settings = group.experiment.model_dump(exclude={"seed"}, exclude_defaults=True)
        table["what"][setting] = {"measured": time.strftime("%Y-%m-%d"), "settings": settings}
        deviations = {measure: 100 * math.sqrt(estimate.variance) for measure, estimate in spreads.items()}
        points = ", ".join(f"{measure} {deviation:.2f}" for measure, deviation in deviations.items())
        print(f"{group.name}, {len(group.counted)} seeds, standard deviation in points: {points}")
    MEASURED.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    store.close()


if __name__ == "__main__":
    main()
