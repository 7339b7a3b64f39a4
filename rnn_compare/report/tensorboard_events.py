"""Event files that TensorBoard reads: the curves of runs under the tags that Keras' own callback gives them.

An event file is a row of records (TensorFlow, ``tsl/lib/io/record_writer.h``): the length of an event, its checksum,
the event and its checksum. An event is a protocol buffer (``tensorflow/core/util/event.proto``) of which two fields are
needed beside time and step. TensorBoard's own writer would bring a web server along.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from rnn_compare.report.contents import Contents
from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run

_CASTAGNOLI = 0x82F63B78
_MASK_DELTA = 0xA282EAD8


def event_files(contents: Contents) -> dict[str, bytes]:
    """Returns the content of each event file by its path within the folder that TensorBoard is given.

    Each run has a folder with ``train`` and ``validation`` in it, with ``epoch_accuracy``, ``epoch_loss`` and what else
    was measured. Steps count epochs from 0, as in Keras.
    """
    files = {}
    for run in contents.runs:
        if not run.epochs:
            continue
        folder = f"{_folder(contents.names[run.id])} {run.id}"
        for part, figures in (("train", _of_training), ("validation", _of_validation)):
            # One name for ever: a file that is written again replaces the one before.
            path = f"{folder}/{part}/events.out.tfevents.{int(run.created)}.{run.id}"
            files[path] = b"".join(_records(run, figures))
    return files


def _of_training(epoch: EpochEnd) -> dict[str, float]:
    return {name: value for name, value in epoch.figures.items() if not name.startswith("val_")}


def _of_validation(epoch: EpochEnd) -> dict[str, float]:
    return {name.removeprefix("val_"): value for name, value in epoch.figures.items() if name.startswith("val_")}


def _records(run: Run, figures: Callable[[EpochEnd], Mapping[str, float]]) -> Iterator[bytes]:
    at = run.started or run.created
    yield _record(_event(at, 0) + _text(3, "brain.Event:2"))
    for epoch in run.epochs:
        at += epoch.seconds
        values = [_bytes(1, _text(1, f"epoch_{name}") + _float(2, value)) for name, value in figures(epoch).items()]
        yield _record(_event(at, epoch.epoch - 1) + _bytes(5, b"".join(values)))


def _record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + _checksum(length) + content + _checksum(content)


def _event(at: float, step: int) -> bytes:
    return b"\x09" + struct.pack("<d", at) + b"\x10" + _varint(step)  # wall_time = 1, step = 2


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _varint(number: int) -> bytes:
    """Returns a whole number from 0 on, seven bits a byte, the lowest first.

    Example:
        >>> _varint(300).hex()
        'ac02'
    """
    more = bytearray()
    while number > 0x7F:
        more.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*more, number])


def _checksum(content: bytes) -> bytes:
    """Returns CRC-32C as these files have it: rotated and shifted, lest a checksum of checksums be zero."""
    crc = crc32c(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF)


def crc32c(content: bytes) -> int:
    """Returns the cyclic redundancy check with Castagnoli's polynomial (RFC 3720, appendix B.4).

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    crc, table = 0xFFFFFFFF, _crc_table()
    for byte in content:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@lru_cache(maxsize=1)
def _crc_table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [each >> 1 ^ _CASTAGNOLI if each & 1 else each >> 1 for each in table]
    return table


def _folder(name: str) -> str:
    """Returns a run's name as a part of a path.

    Example:
        >>> _folder("../2 × LSTM(32) maxlen 50")
        '2 × LSTM(32) maxlen 50'
    """
    return "".join(sign for sign in name if sign.isalnum() or sign in " ()_-×").strip()
