"""`python -m rnn_compare`: the program without a browser."""

from rnn_compare.cli.main import main

# Worker processes import this module under another name; they must not begin a command.
if __name__ == "__main__":
    raise SystemExit(main())
