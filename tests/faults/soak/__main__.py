"""Gives lectures while things break, and tells as JSON what was kept of what the program had promised.

    unshare --user --map-root-user --mount python -m tests.faults.soak '{"cache": …, "minutes": 30, "faults": 100, …}'

It needs a mount namespace of its own: the cache folder becomes a small disk, so that it can be filled.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rnn_compare.presets import PRESETS
from rnn_compare.runs.store import RunStore
from tests.faults.soak.faults import KINDS, Faults, schedule
from tests.faults.soak.hall import Hall
from tests.faults.soak.lecture import SCRIPT, SoakedLecture
from tests.faults.soak.ledger import Curtain, Ledger, Watch
from tests.faults.soak.pages import HallPhone, Presenter
from tests.kit.lines import cut_line

DISK = "3g"
"""A run's weights, model and checkpoints take 13 MB."""


@dataclass(frozen=True)
class Options:
    """What is soaked.

    Attributes:
        cache: The folder that becomes a disk, in one that takes the logs.
        reviews: Prepared ones.
        seed: Repeats what is drawn.
        think: Seconds before a phone sends something.
    """

    cache: str
    reviews: str
    seed: int
    minutes: float
    faults: int
    kinds: Sequence[str] = tuple(KINDS)
    phones: int = 8
    think: float = 6.0
    preset: str = "How many gates?"


def main(options: Options) -> None:
    """Prints the report, whose problems are to be none; what happens meanwhile goes to standard error."""
    began, chance, cache = time.monotonic(), Random(options.seed), Path(options.cache)

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {line}", file=sys.stderr, flush=True)

    _mount(cache, options)
    ledger, curtain, ended = Ledger(), Curtain(cache), threading.Event()
    hall, store = Hall(cache, cache.parent), RunStore(cache / "runs.db")
    memory: list[tuple[int, float]] = []
    with cut_line(hall.port) as line, Watch(hall.url, store, ledger, curtain).looking():
        phones = [
            HallPhone(f"127.0.0.1:{line.port}", ledger, curtain, Random(chance.random()), number, options.think)
            for number in range(options.phones)
        ]
        presenter = Presenter(f"127.0.0.1:{hall.port}")
        faults = Faults(hall, line, [presenter, *phones], ledger, say)
        [networks] = [len(preset.experiments()) for preset in PRESETS if preset.name == options.preset]
        lecture = SoakedLecture(hall, store, presenter, ledger, Random(chance.random()), options.phones, networks)
        threading.Thread(target=_strike, args=(faults, chance, options, ended), daemon=True).start()
        try:
            while not memory or time.monotonic() - began < 60 * options.minutes:
                lecture.give()
                memory.append((hall.starts, round(hall.memory(), 1)))
                say(f"lecture {ledger.lecture} has ended; memory {memory[-1][1]} MB; problems: {ledger.problems}")
        except TimeoutError as error:
            ledger.problem(str(error))
        ended.set()
        faults.wait()
        for page in (*phones, presenter):
            page.end()
            ledger.problems += page.problems
    ledger.sees(store.runs())
    hall.close()
    if any("Traceback" in log.read_text() for log in cache.parent.glob("server-*.log")):
        ledger.problem("A server's log holds a traceback.")
    report = {
        "lectures": ledger.lecture,
        "faults": dict(faults.struck),
        "missed": dict(faults.missed),
        "epochs": len(ledger.epochs),
        "votes": len(ledger.acknowledged),
        "reviews": len(ledger.reviews),
        "continued": sum(len(run.continued) for run in store.runs()),
        "starts": hall.starts,
        "memory": memory,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "problems": ledger.problems,
    }
    print(json.dumps(report))


def _mount(cache: Path, options: Options) -> None:
    cache.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "soak", cache], check=True)
    (cache / "reviews").symlink_to(options.reviews)
    (cache / "lectures").mkdir()
    (cache / "lectures" / "soaked.toml").write_text(SCRIPT.replace('preset = "Short"', f'preset = "{options.preset}"'))


def _strike(faults: Faults, chance: Random, options: Options, ended: threading.Event) -> None:
    began = time.monotonic()
    for at, kind, own in schedule(chance, options.kinds, options.faults, 60 * options.minutes):
        if ended.wait(max(0.0, began + at - time.monotonic())):
            return
        faults.strike(kind, own)


if __name__ == "__main__":
    main(Options(**json.loads(sys.argv[1])))
