"""What does BG/NBD say of a customer, the model that churn risk is compared with?

Fader, Hardie, Lee: "Counting Your Customers" the Easy Way, Marketing Science 24(2), 2005. Of x repeat purchase days,
the last at t_x, known for T weeks: while alive a customer buys by a Poisson process whose rate is gamma(r, alpha), and
after each purchase stops for good with a chance that is beta(a, b). No purchase in t weeks to come: dead, or alive and
silent, with the rate's posterior gamma(r + x, alpha + T).
"""

import json
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp2f1

from scoring.domain.quality.churn_grid import silent_after
from scoring.domain.quality.quality import Beside
from scoring.domain.state.arrays import Arrays

FIT: Final = Path(__file__).with_name("bg_nbd_fit.py")
DAYS: Final = 7.0
Floats = NDArray[np.float64]


class Parameters(NamedTuple):
    """In weeks, and where they come from."""

    r: float
    alpha: float
    a: float
    b: float
    source: str


KNOWN: Final = {
    "cdnow": Parameters(0.243, 4.414, 0.793, 2.426, "published: Fader, Hardie, Lee 2005, table 2"),
    # Fitted to all but none who stop for good: there BG/NBD is the NBD model.
    "online_retail": Parameters(0.72164, 9.39900, 4.357e-7, 1.01098, "fitted: pymc-marketing 0.19.2, MAP"),
}


class Bought(NamedTuple):
    """Repeat purchase days, weeks from the first to the last one, weeks from the first one to the as-of day."""

    x: Floats
    t_x: Floats
    T: Floats


def bought(arrays: Arrays, as_of: int) -> Bought:
    """Of those who had bought by the day, in their order."""
    p = arrays.purchases
    known = (p.day <= as_of) & (p.until > as_of)
    owner, day = p.owner[known], p.day[known]
    count = np.bincount(owner, minlength=arrays.size)
    first, last = np.full(arrays.size, as_of), np.zeros(arrays.size, dtype=np.int64)
    np.minimum.at(first, owner, day)
    np.maximum.at(last, owner, day)
    _, had_bought = silent_after(arrays, as_of, until=as_of)
    columns = (count - 1, (last - first) / DAYS, (as_of - first) / DAYS)
    x, t_x, known_for = (column[had_bought].astype(np.float64) for column in columns)
    return Bought(x, t_x, known_for)


def alive(seen: Bought, by: Parameters) -> Floats:
    """The chance that the customer has not stopped for good."""
    x, t_x, known_for = seen
    odds = by.a / (by.b + np.maximum(x, 1) - 1) * ((by.alpha + known_for) / (by.alpha + t_x)) ** (by.r + x)
    return np.asarray(1.0 / (1.0 + np.where(x > 0, odds, 0.0)))


def no_purchase(seen: Bought, by: Parameters, weeks: float) -> Floats:
    """The chance of no purchase in the weeks to come."""
    silent = ((by.alpha + seen.T) / (by.alpha + seen.T + weeks)) ** (by.r + seen.x)
    return np.asarray(1.0 - alive(seen, by) * (1.0 - silent))


def expected_purchases(seen: Bought, by: Parameters, weeks: float) -> Floats:
    """How many purchases are to be expected in the weeks to come (the paper's equation 10)."""
    x, _, known_for = seen
    z = weeks / (by.alpha + known_for + weeks)
    rest = ((by.alpha + known_for) / (by.alpha + known_for + weeks)) ** (by.r + x)
    shape = hyp2f1(by.r + x, by.b + x, by.a + by.b + x - 1, z)
    return np.asarray((by.a + by.b + x - 1) / (by.a - 1) * (1 - rest * shape) * alive(seen, by))


def beside(seen: Bought, by: Parameters, horizon_days: int) -> dict[str, Beside]:
    """Two rankings of the model: by the purchases to be expected, and by the chance to be alive."""
    weeks = horizon_days / DAYS
    leaving = no_purchase(seen, by, weeks)
    return {
        "bg_nbd": Beside(expected_purchases(seen, by, weeks), leaving),
        "bg_nbd_alive": Beside(alive(seen, by), leaving),
    }


def fit(seen: Bought, python: str) -> Parameters:
    """The parameters that pymc-marketing finds (MAP), run by an interpreter that has it; minutes on a small machine."""
    asked = json.dumps({name: column.tolist() for name, column in seen._asdict().items()})
    finished = subprocess.run([python, str(FIT)], input=asked, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(
            f"{python} cannot fit: {finished.stderr[-500:]}\nInstall the extra: pip install -e '.[quality]'"
        )
    found = json.loads(finished.stdout.splitlines()[-1])
    return Parameters(found["r"], found["alpha"], found["a"], found["b"], f"fitted: pymc-marketing {found['version']}")
