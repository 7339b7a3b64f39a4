from pathlib import Path

from rnn_compare.cells.registry import cell
from rnn_compare.fused.kernel_source import KernelSource

LSTM = Path(__file__).with_name("lstm_kernel.py.txt")


def test_an_lstms_kernel_is_what_the_file_beside_this_shows() -> None:
    """After an intended change: ``LSTM.write_text(KernelSource(cell("LSTM")).text)``; then read what changed."""
    assert KernelSource(cell("LSTM")).text == LSTM.read_text("utf-8")
