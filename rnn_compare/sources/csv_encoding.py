"""In which encoding a file of texts is written: UTF-8, or what it is."""

import codecs
from itertools import islice

from rnn_compare.errors import UserError

EXPECTED = "Expected is a CSV file with a header, a column of texts and a column of two labels, such as text,label."
"""What stands behind a sentence that says what a file is not."""

_GUESSED = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "cp949")
"""The encodings in which spreadsheets write where they don't write UTF-8."""
_AS_GOOD = 0.07
"""Of two encodings whose letters are as likely, how much more of a mess one may make: the more usual is then taken."""
_SAMPLE_BYTES, _SAMPLE_LINES = 100_000, 1_000


def decoded(content: bytes) -> tuple[str, str]:
    """Returns a file's text and Python's name of its encoding, which is guessed where it is not Unicode.

    Raises:
        UserError: If it is no text, or cannot be read in any likely encoding.

    Example:
        >>> decoded("größer".encode()), decoded("größer".encode("utf-16"))
        (('größer', 'utf-8-sig'), ('größer', 'utf-16'))
    """
    if content.startswith(b"PK\x03\x04"):
        raise UserError("The file is a workbook or an archive, not a CSV file. Save the sheet as CSV UTF-8.")
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if utf_16 else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        text, encoding = _guessed(content, error)
    if "\0" in text:
        raise UserError(
            f"Row {text.count(chr(10), 0, text.index(chr(0))) + 1} holds bytes that are no text. {EXPECTED}"
        )
    if not text.strip():
        raise UserError(f"The file is empty. {EXPECTED}")
    return text, encoding


def _guessed(content: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    telling = (line for line in content.splitlines(keepends=True) if not line.isascii())
    sample = b"".join(islice(telling, _SAMPLE_LINES))[:_SAMPLE_BYTES]
    for guess in _guesses(sample):
        try:
            return content.decode(guess), guess
        except UnicodeDecodeError:  # a later row says otherwise
            continue
    row = content.count(b"\n", 0, error.start) + 1
    raise UserError(
        f"Row {row} is not UTF-8, and what else it is cannot be told. Save the file as CSV UTF-8."
    ) from None


def _guesses(sample: bytes) -> list[str]:
    """Returns the encodings that a sample may be in, the likeliest first."""
    from charset_normalizer import from_bytes  # few files need it

    found = list(from_bytes(sample, cp_isolation=list(_GUESSED)))
    names = [min(_GUESSED.index(name) for name in each.could_be_from_charset if name in _GUESSED) for each in found]
    least = min((each.chaos for each in found), default=0.0)
    ranked = sorted(
        (-round(each.coherence, 2), each.chaos > least + _AS_GOOD, name)
        for each, name in zip(found, names, strict=True)
    )
    return [_GUESSED[name] for *_, name in ranked]
