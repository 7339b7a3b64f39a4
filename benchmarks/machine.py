"""The machine that figures were measured on: benchmarks print it beside them."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from threadpoolctl import threadpool_info


def machine() -> str:
    """Returns processor, Python and the libraries whose speed counts, in a line.

    OpenBLAS multiplies small matrices with AVX-512 several times as fast as without, and chooses by the processor.
    """
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = names[0].partition(":")[2].strip() if names else processor
    libraries = ", ".join(f"{name} {_installed(name)}" for name in ("tensorflow", "keras", "numpy", "numba"))
    kernels = {pool["architecture"] for pool in threadpool_info() if pool["internal_api"] == "openblas"}
    libraries += "".join(f", OpenBLAS for {kernel}" for kernel in sorted(kernels))
    return f"{processor}, {os.cpu_count()} processors, Python {platform.python_version()}, {libraries}"


def _installed(name: str) -> str:
    """Returns a library's version; on Linux the lock has TensorFlow without its GPU part, under a name of its own."""
    try:
        return version(name)
    except PackageNotFoundError:
        return version(f"{name}-cpu")
