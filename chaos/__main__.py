"""Fault injection with an oracle: python -m chaos NAME."""

import sys

from tests.support.homes import end_in_order_on_sigterm

from chaos import calendar, deciders, delivery, drift, kill

RUNS = {
    "calendar": calendar.main,
    "deciders": deciders.main,
    "delivery": delivery.main,
    "drift": drift.main,
    "kill": kill.main,
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in RUNS:
        sys.exit(f"usage: python -m chaos {{{','.join(RUNS)}}} ...")
    end_in_order_on_sigterm()
    RUNS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    main()
