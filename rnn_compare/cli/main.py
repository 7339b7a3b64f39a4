"""The program without a browser: `python -m rnn_compare COMMAND`."""

import argparse
import difflib
import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, get_args

from rnn_compare import __version__
from rnn_compare.cli import files, foreground, networks, runs, sweep, verdicts
from rnn_compare.cli.setting_options import add_settings, chosen, experiments
from rnn_compare.comparison.baselines import BASELINE_SETTINGS
from rnn_compare.comparison.inference import judge_command
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_COMPARED, MAX_RUNS, grid
from rnn_compare.formatting import listed
from rnn_compare.paths import Which, page_command, program
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Status
from rnn_compare.runs.store import UNDO_SECONDS
from rnn_compare.sources.registry import SOURCES

# Slow imports are made where they are needed: `runs` and `parameters` answer at once.

BAD_INPUT = 2
_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT)
"""Errors of an output whose reader has ended, such as `| head`, or whose disk is full."""
_RUN: dict[str, Any] = {"metavar": "RUN", "help": "a run's id, as `runs` lists it"}
_RUNS: dict[str, Any] = {"metavar": "RUN", "nargs": "+", "help": "runs' ids, also several joined by commas"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command, by default that of this process's command line, and returns the exit code.

    It is 0, 1 if a run failed or the output cannot be written, 2 for bad input, 130 after Ctrl-C.
    """
    try:
        options = _parsed((sys.argv[1:] if arguments is None else arguments) or ["page"])
        _refuse_undecodable(options)
        code: int = options.command(options)
        print(end="", flush=True)  # here its errors become a sentence
        return code
    except UserError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return foreground.INTERRUPTED
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still holds back
        if error.errno != errno.EPIPE:
            print(f"The output cannot be written ({error.strerror}). Free some space.", file=sys.stderr)
        return foreground.FAILED


class Parser(argparse.ArgumentParser):
    """A parser whose errors are sentences; ``commands`` are the parsers of its commands, by their names."""

    commands: Mapping[str, "Parser"]

    def error(self, message: str) -> NoReturn:
        """Raises ``UserError`` with a message of ``argparse``."""
        self.refuse(f"{message[0].upper()}{message[1:].rstrip('.')}.")

    def print_help(self, file: Any = None) -> None:
        """Prints the help; unlike argparse's own, it raises what a full disk or a closed pipe raises."""
        print(self.format_help(), end="", file=file, flush=True)

    def refuse(self, sentence: str) -> NoReturn:
        """Raises ``UserError``."""
        raise UserError(f"{sentence} See `{self.prog} --help`.")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    whole = parser()
    name = arguments[0]
    if not (name in whole.commands or name.startswith("-")):
        whole.refuse(f"There is no command {name[:40]!a}{_meant(name, whole.commands)}")
    options, unknown = whole.parse_known_args(arguments)
    if unknown and options.command is not files.page:
        command = whole.commands[options.of_command]
        known = re.findall(r"--[a-z][a-z-]+", command.format_help())
        command.refuse(f"{unknown[0][:40]!a} is not expected here{_meant(unknown[0].partition('=')[0], known)}")
    options.streamlits = unknown
    return options


def _meant(word: str, known: Iterable[str]) -> str:
    close = [name for name in difflib.get_close_matches(word, known, 1) if name != word]
    return f". Did you mean {close[0]}?" if close else "."


def _train(options: argparse.Namespace) -> int:
    to_train = experiments(options)
    return foreground.train(lambda engine: engine.submit(to_train), options.json, quiet=options.quiet)


def _continue(options: argparse.Namespace) -> int:
    runs = foreground.ids(options.run)

    def submit(engine: Any) -> list[str]:
        for run in runs:
            engine.continue_run(run, options.more)
        return runs

    return foreground.train(submit, options.json, quiet=options.quiet)


def _sweep(options: argparse.Namespace) -> int:
    return sweep.begin(grid(chosen(options)), options.json, options.again, options.quiet)


def _refuse_undecodable(options: argparse.Namespace) -> None:
    """Raises ``UserError`` for bytes that are not UTF-8, which the record and the vocabularies cannot contain."""
    for value in vars(options).values():
        for text in value if isinstance(value, list | tuple) else [value]:
            try:
                str(text).encode()
            except UnicodeEncodeError as error:
                raise UserError(f"{str(text)[:40]!a} is not UTF-8 text.") from error


def parser() -> Parser:
    """Returns the parser of all commands."""
    parser = Parser(
        prog=program(),
        description="Compare recurrent networks on 25,000 film reviews. Runs also appear on the page "
        f"(`{page_command()}`), which opens if no command is given.",
    )
    parser.add_argument("--version", action="version", version=f"rnn-compare {__version__}")
    commands = parser.add_subparsers(required=True, dest="of_command", metavar="COMMAND", title="commands")
    parser.commands = commands.choices
    command = commands.add_parser(
        "page", help="open the page in the browser", epilog="Example: page --server.port 8600"
    )
    command.description = "Opens the page in the browser. Options are passed to `streamlit run`."
    command.set_defaults(command=files.page)
    command = _command(commands, "train", _train, "train networks side by side")
    command.description = (
        f"Trains one network for each cell × units × maxlen, at most {MAX_COMPARED}, with each of the seeds; other "
        "settings have one value. Ctrl-C stops them; finished epochs are kept. Example: train --cell SimpleRNN LSTM "
        "--units 32 --maxlen 500 --epochs 10"
    )
    command.epilog = "Exit code: 0, 1 if a run failed, 2 for bad input, 130 after Ctrl-C."
    _add_quiet(command)
    add_settings(command, BOOK.cells)
    command = _command(commands, "continue", _continue, "resume runs that were stopped, interrupted or failed")
    command.description = "Resumes runs after their last finished epoch. Example: continue lstm-3f9a2c --more 5"
    command.add_argument("run", **_RUNS)
    command.add_argument(
        "--more", type=_count, default=0, metavar="EPOCHS", help="epochs to add, also to finished runs"
    )
    _add_quiet(command)
    command = _command(commands, "sweep", _sweep, "train a grid of settings with several seeds")
    command.description = (
        f"Trains one network for each combination of values, at most {MAX_RUNS}, and prints each setting's mean "
        "over its seeds, the lowest and the highest. Finished runs are reused, interrupted ones continue. Ctrl-C stops "
        "them. "
        "Example: sweep --cell LSTM GRU --units 16 32 --dropout 0 0.2 --seeds 3"
    )
    command.add_argument("--again", action="store_true", help="train everything again, finished runs too")
    _add_quiet(command)
    add_settings(command, BOOK.cells, several=Experiment.model_fields)
    for add in (_add_verdicts, _add_networks, _add_records, _add_files):
        add(commands)
    return parser


def _add_verdicts(commands: Any) -> None:
    command = _command(commands, "compare", verdicts.compare, "test which of several groups of runs is better")
    command.add_argument("group", metavar="GROUP", nargs="+", help="a run ID, or several seeds: ID,ID,…")
    command.add_argument(
        "--measure",
        choices=("test", "kept"),
        help="test reviews; held-out reviews (default: test reviews, if all runs have read them)",
    )
    judge_command.add_margin(command)
    command = _command(commands, "judge", judge_command.judge_file, judge_command.PURPOSE)
    judge_command.add_options(command)
    command = _command(commands, "baselines", verdicts.baselines, "accuracy of classifiers that ignore word order")
    add_settings(command, offered=BASELINE_SETTINGS, several=())


def _add_networks(commands: Any) -> None:
    command = _command(commands, "parameters", networks.parameters, "count a network's parameters, term by term")
    add_settings(command)
    command = _command(commands, "predict", networks.predict, "classify reviews with trained networks")
    command.add_argument("run", metavar="RUN", help="a run's id, as `runs` lists it, or several joined by commas")
    command.add_argument("text", metavar="TEXT", nargs="+", help="a review, in quotes; - is standard input, one text")
    command.add_argument("--lines", action="store_true", help="read each line of standard input as one text")
    _add_which(command)
    command = _command(commands, "lengths", networks.lengths, "accuracy by the length of a text, beyond training too")
    command.add_argument("run", **_RUNS)
    _add_which(command)


def _add_records(commands: Any) -> None:
    command = _command(commands, "runs", runs.runs, "list runs, name or delete them")
    command.description = "Lists runs, the oldest first. Example: runs --cell LSTM --status finished"
    command.add_argument("run", **_RUNS | {"nargs": "*"})
    command.add_argument("--cell", "--network", metavar="CELL", nargs="+", help="list the runs of these networks")
    statuses = [status.value for status in Status]
    command.add_argument("--status", metavar="STATUS", nargs="+", choices=statuses, help=listed(statuses, "or"))
    act = command.add_mutually_exclusive_group()
    act.add_argument("--name", help="name the runs, or with an empty name remove theirs")
    act.add_argument("--delete", action="store_true", help=f"delete the runs; --undo within {UNDO_SECONDS:.0f} seconds")
    act.add_argument("--undo", action="store_true", help="restore what was deleted in the last seconds")
    command = _command(commands, "repair", files.repair, "restore runs after damage to their record")
    command.description = (
        "Writes the record of runs anew from what can be read in it, in damaged files beside it, in its daily copy and "
        "in the runs' checkpoints, and says what is different or left out. The files themselves are kept."
    )
    command = _command(commands, "fetch", files.fetch, "download the files of a source")
    titles = ", ".join(f"{name}: {title}" for name, title in files.FETCHABLE.items())
    command.add_argument("source", choices=tuple(files.FETCHABLE), help=f"the source ({titles})")


def _add_files(commands: Any) -> None:
    command = _command(commands, "report", files.write, "write a report of runs to take home")
    command.description = (
        "Writes a page with charts, tables and verdicts that works offline; a notebook that repeats the training in "
        "stock Keras; curves and predictions as tables. Example: report lstm-3f9a2c,lstm-77ab01 gru-51c0de --html "
        "report.html"
    )
    command.add_argument("run", **_RUNS)
    command.add_argument("--html", metavar="FILE", help="a page")
    command.add_argument("--notebook", metavar="FILE.ipynb", help="a Jupyter notebook")
    for kind in ("parquet", "csv"):
        more = f"FILE.curves.{kind}"
        command.add_argument(f"--{kind}", metavar="FILE", help=f"a row for each prediction; curves go to {more}")
    command = _command(commands, "playground", files.playground, "write a page that trains networks in any browser")
    command.description = (
        "Writes a page on which a browser runs the whole experiment: a folder for any host of static files, one file "
        "that opens from a disk, or both. Example: playground --folder site/"
    )
    command.add_argument("--folder", metavar="FOLDER", help="the page and its data, for a host; made if missing")
    command.add_argument("--html", metavar="FILE", help="the page with its data in one file")
    command.add_argument(
        "--source",
        default=SOURCES[0],
        help=f"the reviews that it trains with: {', '.join(SOURCES)}, a task at a distance, such as order-50, or "
        f"FILE.csv, your own texts ({SOURCES[0]})",
    )
    command.add_argument("--licence", default="", help="whose texts they are and who may have them, for the page")
    command = _command(commands, "export", networks.export, "export a run's network, or its algorithm")
    command.description = (
        "Writes a run's network as a Keras model or for a page, or the algorithm that trains it as one file."
    )
    command.add_argument("run", **_RUN)
    form = command.add_mutually_exclusive_group(required=True)
    form.add_argument("--model", metavar="FILE.keras", help="a stock Keras model")
    form.add_argument("--weights", metavar="FILE.npz", help="weights and settings, which pages and rc.load read")
    form.add_argument("--plain", metavar="FILE.py", help="a Python file that trains with NumPy alone")
    _add_which(command)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of epochs; use a whole number from 0.")
    return int(text)


def _command(commands: Any, name: str, command: Callable[[argparse.Namespace], int], purpose: str) -> Parser:
    parser: Parser = commands.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
    parser.set_defaults(command=command)
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    return parser


def _add_quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="show no progress, only how each run ended and the result")


def _add_which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--which", choices=get_args(Which), default="best", help="weights of the best or of the last epoch (best)"
    )
