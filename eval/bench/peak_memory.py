"""peak_mb: the most memory that this process has had."""

from __future__ import annotations

import sys


def peak_mb() -> float:
    """Return megabytes; 0 on Windows, which does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
