"""Gives lectures while things break, and tells as JSON what was kept of what the program had promised.

    unshare --user --map-root-user --mount python -m tests.faults.soak CACHE LOGS [--minutes 30] [--faults 100] …

It needs a mount namespace of its own: the cache folder becomes a small disk, so that it can be filled.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

from playwright.sync_api import sync_playwright

from rnn_compare.presets import PHONES
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from tests.faults.soak.faults import KINDS, Faults, schedule
from tests.faults.soak.hall import Hall
from tests.faults.soak.lecture import SCRIPT, SoakedLecture, experiments_of
from tests.faults.soak.ledger import Ledger
from tests.faults.soak.phones import HallPhone
from tests.faults.soak.presenter import Presenter
from tests.faults.soak.watch import Curtain, Watch
from tests.kit.lines import CutLine

DISK = "3g"
"""A run's weights, model and checkpoints take 13 MB."""


def main() -> None:
    options = _options()
    began, chance = time.monotonic(), Random(options.seed)

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {line}", file=sys.stderr, flush=True)

    say(f"seed {options.seed}: RNN_COMPARE_SOAK_SEED={options.seed} repeats what is drawn")
    _mount(options.cache, options.reviews, options.preset)
    ledger, curtain, ended = Ledger(), Curtain(options.cache), threading.Event()
    hall = Hall(options.cache, options.logs)
    line = CutLine(hall.port)
    store = RunStore(options.cache / "runs.db")
    numbers = range(options.phones)
    phones = [
        HallPhone(f"127.0.0.1:{line.port}", ledger, curtain, Random(chance.random()), number, options.think)
        for number in numbers
    ]
    memory: list[tuple[int, float]] = []
    watch = Watch(hall.url, store, ledger, curtain)
    with sync_playwright() as playwright, watch.looking():
        presenter = Presenter(playwright, options.chromium, hall.url, say)
        faults = Faults(hall, line, phones, presenter.is_closed.set, ledger, say)
        lecture = SoakedLecture(
            hall, store, presenter, ledger, Random(chance.random()), options.phones, experiments_of(options.preset)
        )
        threading.Thread(target=_strike, args=(faults, chance, options, ended), daemon=True).start()
        runs: list[Run] = []
        try:
            while not runs or time.monotonic() - began < 60 * options.minutes:
                runs += lecture.give()
                memory.append((hall.starts, round(hall.memory(), 1)))
                say(f"lecture {ledger.lecture} has ended; memory {memory[-1][1]} MB; problems: {ledger.problems}")
        except TimeoutError as error:
            ledger.problem(str(error))
        ended.set()
        faults.wait()
        for phone in phones:
            phone.end()
        presenter.close()
    records = store.runs()
    ledger.sees(records)
    store.close()
    line.close()
    hall.close()
    for log in options.logs.glob("server-*.log"):
        if "Traceback" in log.read_text():
            ledger.problem(f"{log.name} holds a traceback.")
    report = {
        "seed": options.seed,
        "lectures": ledger.lecture,
        "faults": dict(faults.struck),
        "missed": dict(faults.missed),
        "epochs": len(ledger.epochs),
        "votes": len(ledger.acknowledged),
        "reviews": len(ledger.reviews),
        "forged": len(ledger.forged),
        "continued": sum(len(run.continued) for run in records),
        "starts": hall.starts,
        "memory": memory,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "reasons": sorted(watch.reasons),
        "problems": ledger.problems,  # it is to be empty
    }
    print(json.dumps(report))


def _mount(cache: Path, reviews: Path, preset: str) -> None:
    cache.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "soak", cache], check=True)
    (cache / "reviews").symlink_to(reviews)
    (cache / "lectures").mkdir()
    (cache / "lectures" / "soaked.toml").write_text(SCRIPT.format(preset=preset, class_preset=PHONES.name))


def _strike(faults: Faults, chance: Random, options: argparse.Namespace, ended: threading.Event) -> None:
    began = time.monotonic()
    for at, kind, own in schedule(chance, options.kinds, options.faults, 60 * options.minutes):
        if ended.wait(max(0.0, began + at - time.monotonic())):
            return
        faults.strike(kind, own)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--reviews", type=Path, required=True, help="prepared reviews")
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--phones", type=int, default=8)
    parser.add_argument("--think", type=float, default=6.0, help="seconds before a phone sends something")
    parser.add_argument("--preset", default="How many gates?")
    return parser.parse_args()


if __name__ == "__main__":
    main()
