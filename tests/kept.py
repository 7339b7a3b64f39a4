"""What is compiled is kept for all tests, and for the next time: Python's own code and the kernels'."""

import os
import sys
from pathlib import Path

KEPT = Path(__file__).parents[1] / ".pytest_cache"
# In a process of its own: some tests say that theirs never imports Keras.
COMPILE_KERNELS = (sys.executable, "-c", "from rnn_compare.fused.models import warm_up; warm_up()")


def keep() -> None:
    """Has this process and all that it starts keep it. A worker that has to compile TensorFlow's modules takes three
    times as long to start.
    """
    os.environ.setdefault("NUMBA_CACHE_DIR", str(KEPT / "compiled"))
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(KEPT / "bytecode"))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
