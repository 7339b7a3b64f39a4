"""The command `rnn-compare-judge FILE`, also `python -m rnn_compare_judge FILE`."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from .comparison.inference.judge_command import PURPOSE, add_options, judge_file
from .errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0, 1 if the output cannot be written, 2 for bad input, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser("rnn-compare-judge", description=f"{PURPOSE[0].upper()}{PURPOSE[1:]}.")
    parser.epilog = 'Example: rnn-compare-judge runs.csv --fixed "bag of words"'
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    add_options(parser)
    try:
        code = judge_file(parser.parse_args(arguments))
        print(end="", flush=True)  # here an output that cannot be written becomes a sentence
        return code
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python still holds back
        if error.errno != errno.EPIPE:
            print(f"The output cannot be written ({error.strerror}). Free some space.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
