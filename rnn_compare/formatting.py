"""Formatting of numbers to their significant digits, and of text that people typed."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")  # some spreadsheets also accept the wide ones
_JOINERS = "\u200c\u200d"
"""The zero-width non-joiner and joiner, which emoji and Persian and Indic words need."""


def percent(share: float, digits: int = 1) -> str:
    """Returns a share from 0 to 1 in percent; halves are rounded up, as in browsers.

    Example:
        >>> percent(0.86244), percent(73 / 80), percent(0.91249996)  # the last is the same in 32 bits
        ('86.2 %', '91.3 %', '91.3 %')
    """
    return f"{in_percent(share, digits):.{digits}f} %"


def in_percent(share: float, digits: int = 1) -> float:
    """Returns the number in front of the percent sign."""
    return round(100 * share + 1e-5, digits)


def signed(number: float) -> str:
    """Returns a number with its sign, unless it is 0 to this digit.

    Example:
        >>> signed(2.94), signed(-3.9), signed(-0.04)
        ('+2.9', '−3.9', '0.0')
    """
    size = f"{abs(number):.1f}"
    return size if size == "0.0" else f"{'−' if number < 0 else '+'}{size}"


def unbroken(text: str) -> str:
    r"""Returns a text in which no line ends between a number and its percent sign.

    Example:
        >>> unbroken("an LSTM 100 %")
        'an LSTM 100\xa0%'
    """
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def counted(number: int, thing: str) -> str:
    """Returns a number of things.

    Example:
        >>> counted(1, "word"), counted(1234, "word")
        ('1 word', '1,234 words')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def counted_range(numbers: Collection[int], thing: str) -> str:
    """Returns a range of numbers of things.

    Example:
        >>> counted_range([32, 32], "review"), counted_range([32, 4], "review")
        ('32 reviews', '4 to 32 reviews')
    """
    low, high = min(numbers), max(numbers)
    return counted(high, thing) if low == high else f"{low:,} to {counted(high, thing)}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Returns names as a list within a sentence.

    Example:
        >>> listed(["GRU", "LSTM", "MGU"]), listed(["GRU", "LSTM"]), listed(["GRU"])
        ('GRU, LSTM and MGU', 'GRU and LSTM', 'GRU')
    """
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def duration(seconds: float) -> str:
    """Returns a time span.

    Example:
        >>> [duration(seconds) for seconds in (0.62, 12.4, 41.7, 134, 4000)]
        ['0.6 s', '12.4 s', '42 s', '2 min 14 s', '1 h 6 min']
        >>> duration(0.034)
        '0.03 s'
    """
    if seconds < 0.095:
        return f"{seconds:.2f} s"
    if seconds < 20:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rough_duration(seconds: float) -> str:
    """Returns an estimated time span.

    Example:
        >>> [rough_duration(seconds) for seconds in (2, 38, 95, 310)]
        ['a few seconds', 'about 40 s', 'about 2 min', 'about 5 min']
    """
    if seconds < 8:
        return "a few seconds"
    if seconds < 90:
        return f"about {max(10, 10 * round(seconds / 10))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def ordinal(number: int) -> str:
    """Returns an ordinal number.

    Example:
        >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 22)]
        ['1st', '2nd', '3rd', '4th', '11th', '22nd']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def as_markdown(text: str) -> str:
    """Returns a typed text escaped for Markdown, on one line.

    Example:
        >>> print(as_markdown("*a*"))
        \\*a\\*
    """
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>$&|~#:" else sign for sign in " ".join(text.split()))


def as_python(text: str) -> str:
    r"""Returns a text escaped for Python source: as it stands within double quotes, a docstring's too.

    The one way of names that come from outside, such as a file's, into exported code.

    Example:
        >>> print(as_python('a "b".csv\n'))
        a \"b\".csv\n
    """
    return "".join('\\"' if sign == '"' else repr(sign)[1:-1] for sign in text)


def visible(text: str, besides: str = "") -> str:
    """Returns a text without invisible characters, such as control characters or changes of direction.

    White space becomes a space; joiners stay, and the characters ``besides``.

    Example:
        >>> visible("left\\u202e\\xa0right\\x00\\n"), visible("left\\n", besides="\\n")
        ('left right ', 'left\\n')
    """
    allowed = _JOINERS + besides
    return "".join(sign if sign.isprintable() or sign in allowed else " " if sign.isspace() else "" for sign in text)


def excerpt(text: str, most: int = 40) -> str:
    """Returns the beginning of a text without invisible characters, as errors and titles repeat it.

    Example:
        >>> excerpt("\\x1bLSTM\\n"), excerpt("LSTM", 2)
        ('LSTM ', 'LS…')
    """
    shown = visible(text)
    return shown if len(shown) <= most else f"{shown[:most]}…"


def as_cell(text: str) -> str:
    """Returns text that a spreadsheet does not run as a formula.

    Example:
        >>> as_cell("=1+1"), as_cell("1+1")
        ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def as_json(values: Mapping[str, Any]) -> str:
    """Returns one JSON object on a line; numbers have seven digits, as many as 32 bits hold.

    Example:
        >>> as_json({"share": 1 / 3, "seeds": [3, 5]})
        '{"share": 0.3333333, "seeds": [3, 5]}'
    """
    return json.dumps(json.loads(json.dumps(values), parse_float=lambda digits: float(f"{float(digits):.7g}")))
