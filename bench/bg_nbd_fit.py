"""Which BG/NBD parameters fit these customers best? Asked by bg_nbd.py, run by an interpreter with pymc-marketing."""

import json
import logging
import sys
import warnings
from importlib.metadata import version


def main() -> None:
    """Columns x, t_x and T (weeks) as JSON on standard input; r, alpha, a, b on standard output."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    import pandas as pd
    from pymc_marketing.clv import BetaGeoModel

    told = json.load(sys.stdin)
    frame = pd.DataFrame({"frequency": told["x"], "recency": told["t_x"], "T": told["T"]})
    model = BetaGeoModel(data=frame.rename_axis("customer_id").reset_index())
    model.fit(method="map", progressbar=False)
    found = {name: float(model.fit_result[name].mean()) for name in ("r", "alpha", "a", "b")}
    print(json.dumps({**found, "version": version("pymc-marketing")}))


if __name__ == "__main__":
    main()
