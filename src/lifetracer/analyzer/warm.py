"""What a worker loads before jobs come, so that each is a fork that need not wait for libraries.

Law: no thread is started here, for a fork would take the locks of threads along that it does not have.
"""

from __future__ import annotations

import os
from importlib import import_module


def warm() -> None:
    """Load the analyzer with libraries that keep to one thread; what a job may use more of, it says itself."""
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read once, when the library is loaded
        os.environ.setdefault(name, "1")
    import_module("lifetracer.analyzer.run")
