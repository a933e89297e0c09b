"""python -m bench <name>: measure one thing on this machine, with its baseline from the same run."""

import sys
from importlib import import_module
from typing import Final

BENCHES: Final = {
    "ingest": "bench.ingest",
    "scoring": "bench.scoring",
}


def main() -> None:
    """Run the named bench; exits 2 and lists the names for any other."""
    if len(sys.argv) < 2 or sys.argv[1] not in BENCHES:
        sys.exit(f"usage: python -m bench {{{','.join(BENCHES)}}}")
    import_module(BENCHES[sys.argv[1]]).main()


if __name__ == "__main__":
    main()
