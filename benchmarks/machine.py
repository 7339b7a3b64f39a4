"""What figures were measured on: each benchmark prints it beside them."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine() -> str:
    """Returns processor, Python and the libraries whose speed counts, in a line."""
    processor = platform.processor() or platform.machine()
    with_name = Path("/proc/cpuinfo")
    if with_name.exists():
        named = [line for line in with_name.read_text().splitlines() if line.startswith("model name")]
        processor = named[0].partition(":")[2].strip() if named else processor
    libraries = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "numba"))
    return f"{processor}, {os.cpu_count()} processors, Python {platform.python_version()}, {libraries}"
