"""The options in docs/command_line.md, written from the parsers that answer `--help`: `python -m docs.command_line`."""

import argparse
import textwrap
from collections.abc import Iterable
from pathlib import Path

from rnn_compare.cli.main import parser

PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- options: written by python -m docs.command_line -->", "<!-- end of options -->"
_EVERYWHERE = ("help", "json")
"""Options that nearly every command takes; the page's text describes them."""


class Markdown(argparse.HelpFormatter):
    """A command's help as Markdown, the same for every width of a terminal and every release of Python.

    A parser calls these methods in its help's order: usage, description, then each group of options, epilog.

    Args:
        prog: The parser's own name, which it hands to its formatter.
        known: Lines of the settings that the page has already, by option; the same line is not written again.
    """

    def __init__(self, prog: str, known: dict[str, str]) -> None:
        super().__init__(prog)
        self._known, self._lines, self._in_settings = known, list[str](), False

    def add_usage(self, *_: object, **__: object) -> None:
        """Leaves it out: the options say the same."""

    def start_section(self, heading: str | None) -> None:
        """Notes which group begins."""
        self._in_settings = heading == "settings"

    def end_section(self) -> None:
        """Ends a list."""

    def add_text(self, text: str | None) -> None:
        """Adds a paragraph."""
        if text and text is not argparse.SUPPRESS:
            self._lines.append(f"\n{_wrapped(text)}\n")

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Adds a line for each option, and one for all settings that are described already."""
        lines = {
            _names(action): _wrapped(f"- {_names(action, not self._in_settings)}: {action.help}", "  ")
            for action in actions
            if action.dest not in _EVERYWHERE
        }
        repeated = [name for name, line in lines.items() if self._in_settings and self._known.get(name) == line]
        self._lines += [line for name, line in lines.items() if name not in repeated]
        if repeated and self._known.keys() <= lines.keys():
            self._lines.append("- All other settings are those of `train`.")
        elif repeated:
            self._lines.append(_wrapped(f"- {', '.join(repeated)}: as for `train`.", "  "))
        if self._in_settings:
            self._known.update({name: line for name, line in lines.items() if name not in self._known})

    def format_help(self) -> str:
        """Returns the section's text."""
        return "\n".join(self._lines).replace("\n\n\n", "\n\n").strip()


def page_with_options(page: str) -> str:
    """Returns the page's text with its options as the parsers have them."""
    before, rest = page.split(BEGIN)
    known: dict[str, str] = {}
    sections = []
    for name, command in parser().commands.items():
        command.formatter_class = lambda prog: Markdown(prog, known)
        sections.append(f"### `{name}`\n\n{command.format_help()}\n")
    return "\n".join([f"{before}{BEGIN}\n", *sections, f"{END}{rest.partition(END)[2]}"])


def _names(action: argparse.Action, with_values: bool = False) -> str:
    """Returns an option's names, or a positional argument's value."""
    choices = f"{{{','.join(action.choices)}}}" if action.choices else action.dest.upper()
    value = f"{action.metavar or choices}{' …' if action.nargs == '+' else ''}"
    if not action.option_strings:
        return f"`{value}`"
    has_value = with_values and action.nargs != 0
    return ", ".join(f"`{name} {value}`" if has_value else f"`{name}`" for name in action.option_strings)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 118, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    PAGE.write_text(page_with_options(PAGE.read_text("utf-8")), "utf-8")
