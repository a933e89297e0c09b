"""python -m bench NAME: measure one thing on this machine, with its baseline from the same run; `all` runs each."""

import subprocess
import sys
from importlib import import_module
from typing import Final

BENCHES: Final = {
    "ingest": "bench.ingest",
    "scoring": "bench.scoring",
    "engagement": "bench.consumers",
    "decisions": "bench.decisions",
    "feedback": "bench.consumers",
    "system": "bench.system",
}


def main() -> None:
    """Run the named bench, or each in a process of its own; exits 2 and lists the names for any other."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name == "all":
        codes = [subprocess.call([sys.executable, "-m", "bench", one]) for one in BENCHES]
        sys.exit(max(codes))
    if name not in BENCHES:
        print(f"usage: python -m bench {{all,{','.join(BENCHES)}}}", file=sys.stderr)
        sys.exit(2)
    import_module(BENCHES[name]).main()


if __name__ == "__main__":
    main()
