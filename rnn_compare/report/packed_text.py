"""Arrays packed into a text of JSON, and unpacked with great care: what is read may be anybody's."""

import base64
import binascii
import gzip
import zlib

from pydantic import BaseModel, ConfigDict


class Checked(BaseModel):
    """What is read from outside: of exactly the types that are said, no number infinite, no field that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def packed(content: bytes) -> str:
    """Returns bytes by gzip and base64.

    Example:
        >>> unpacked(packed(b"ab"), 2, "letters", "of another number")
        b'ab'
    """
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def unpacked(text: str, size: int, what: str, wrong_size: str) -> bytes:
    """Returns what ``packed`` has packed; no more than was said is unpacked.

    Args:
        text: As ``packed`` has written it, or anything.
        size: Bytes that it must hold.
        what: What they are.
        wrong_size: What is said of them where they are more or fewer.

    Raises:
        ValueError: If it holds anything else.
    """
    try:
        content, is_whole = inflated(base64.b64decode(text, validate=True), size)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise ValueError(f"{what} that are damaged") from error
    if len(content) != size or not is_whole:
        raise ValueError(f"{what} {wrong_size}")
    return content


def inflated(content: bytes, most: int) -> tuple[bytes, bool]:
    """Returns what gzip has packed, one byte more than ``most`` at most, and whether that is all of it.

    Raises:
        zlib.error: If it is damaged.
    """
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # gzip's frame
    found = reader.decompress(content, most + 1)
    return found, reader.eof and not reader.unused_data
