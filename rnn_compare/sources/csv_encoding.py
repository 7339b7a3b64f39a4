"""In which encoding a file of texts is written: UTF-8, or what it is."""

import codecs
from itertools import islice

from rnn_compare.errors import UserError

EXPECTED = "Expected is a CSV file with a header, a column of texts and a column of two labels, such as text,label."
"""What stands behind a sentence that says what a file is not."""

_GUESSED = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "cp949")
"""The encodings in which spreadsheets write where they don't write UTF-8."""
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
    from charset_normalizer import from_bytes  # few files need it

    telling = (line for line in content.splitlines(keepends=True) if not line.isascii())
    sample = b"".join(islice(telling, _SAMPLE_LINES))[:_SAMPLE_BYTES]
    for guess in [each.encoding for each in from_bytes(sample, cp_isolation=list(_GUESSED))] if sample else []:
        try:
            return content.decode(guess), guess
        except UnicodeDecodeError:  # a later row says otherwise
            continue
    row = content.count(b"\n", 0, error.start) + 1
    raise UserError(
        f"Row {row} is not UTF-8, and what else it is cannot be told. Save the file as CSV UTF-8."
    ) from None
