"""python -m bench NAME: measure one thing on this machine, with its baseline from the same run; `all` runs each."""

import subprocess
import sys
from importlib import import_module
from typing import Final

from tests.support.homes import end_in_order_on_sigterm

BENCHES: Final = {
    "ingest": "bench.ingest",
    "compression": "bench.compression",
    "scoring": "bench.scoring",
    "growth": "bench.growth",
    "nightly": "bench.nightly",
    "rfm": "bench.rfm",
    "what_if": "bench.what_if",
    "rebuild": "bench.rebuild",
    "engagement": "bench.consumers",
    "decisions": "bench.decisions",
    "feedback": "bench.consumers",
    "quality": "bench.quality",
    "system": "bench.system",
}


def main() -> None:
    """Run the named bench, or each in a process of its own; exits 2 and lists the names for any other."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    end_in_order_on_sigterm()
    if name == "all":
        sys.exit(max(_run(one) for one in BENCHES))
    if name not in BENCHES:
        print(f"usage: python -m bench {{all,{','.join(BENCHES)}}}", file=sys.stderr)
        sys.exit(2)
    import_module(BENCHES[name]).main()


def _run(name: str) -> int:
    """The exit code of one bench; it gets the time to stop its servers."""
    with subprocess.Popen([sys.executable, "-m", "bench", name]) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise


if __name__ == "__main__":
    main()
