"""Fuzz for some minutes a target: `python -m tests.fuzz --minutes 10 [TARGET...]`, or `make fuzz MINUTES=10`."""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path

from tests.fuzz.targets import TARGETS

EXAMPLES = Path(".hypothesis") / "fuzz"
"""Where inputs that fail are kept, to be tried first the next time."""


def main() -> int:
    """Try every named target; return 1 if one of them fails."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all unless given")
    options.add_argument("--minutes", type=float, default=1.0, help="minutes a target")
    options.add_argument("--seed", type=int, default=0, help="first seed; another one tries other inputs")
    given = options.parse_args()
    unknown = sorted(set(given.targets) - TARGETS.keys())
    if unknown:
        options.error(f"no target {unknown[0]!r}")
    failed = 0
    for name in given.targets or TARGETS:
        try:
            tried = TARGETS[name].run_for(given.minutes * 60, given.seed, str(EXAMPLES))
            print(f"{name}: {tried:,} inputs, none ended in a traceback or a hang", flush=True)
        except Exception:  # noqa: BLE001 - whatever a target raises is what is looked for
            traceback.print_exc()
            print(f"{name}: failed, see above", flush=True)
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
