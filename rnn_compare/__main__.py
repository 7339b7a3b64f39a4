"""Entry point of `python -m rnn_compare`: the command line."""

from rnn_compare.cli.main import main

# Worker processes import this module under another name; they must not begin a command.
if __name__ == "__main__":
    raise SystemExit(main())
