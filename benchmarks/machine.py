"""What figures were measured on: each benchmark prints it beside them."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_info


def machine() -> str:
    """Returns processor, Python and the libraries whose speed counts, in a line.

    OpenBLAS multiplies small matrices with AVX-512 several times as fast as without, and chooses by the processor.
    """
    processor = platform.processor() or platform.machine()
    with_name = Path("/proc/cpuinfo")
    if with_name.exists():
        named = [line for line in with_name.read_text().splitlines() if line.startswith("model name")]
        processor = named[0].partition(":")[2].strip() if named else processor
    libraries = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "numba"))
    chosen = {each["architecture"] for each in threadpool_info() if each["internal_api"] == "openblas"}
    libraries += "".join(f", OpenBLAS for {each}" for each in sorted(chosen))
    return f"{processor}, {os.cpu_count()} processors, Python {platform.python_version()}, {libraries}"
