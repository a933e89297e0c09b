"""Which cuts turn days, orders and money into ranks, and which figures belong to the company's own base?

Source: scoring-model.md sections 5 and 9. Frozen between calibrations, so that nobody's score moves because somebody
else bought. Until the first calibration the policy's own figures serve, under the version `fixed`.
Example: `Thresholds.from_mapping({"recency": [10, 20, 30, 40]}, base=fixed)` keeps every other member of `fixed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.domain.policy.reading import Section

Cuts = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Recency in days, frequency in orders, the rest in minor units; churn: half-life h and prior r, alpha in days."""

    version: str
    recency: Cuts
    frequency: Cuts
    monetary: Cuts
    value: Cuts
    key_account_minor: int
    m50_minor: float
    m0_minor: float
    churn_h: float
    churn_r: float
    churn_alpha: float

    @classmethod
    def from_mapping(
        cls,
        mapping: Mapping[str, Any],
        *,
        version: str = "fixed",
        base: "Thresholds | None" = None,
        path: str = "thresholds",
    ) -> "Thresholds":
        """Read a record; members that it leaves out come from `base`. Raises PolicyInvalid."""
        section = Section(mapping, path)
        whole = {**base.as_mapping(), **mapping} if base is not None else mapping
        reader = Section(whole, path)
        churn = reader.take("churn")
        if base is not None and isinstance(churn, Mapping):
            churn = {**base.as_mapping()["churn"], **churn}
        rates = Section(churn, section.path("churn"))
        thresholds = cls(
            version=version,
            recency=reader.cuts("recency"),
            frequency=reader.cuts("frequency"),
            monetary=reader.cuts("monetary"),
            value=reader.cuts("value"),
            key_account_minor=reader.whole("key_account_minor"),
            m50_minor=reader.positive("m50_minor"),
            m0_minor=reader.positive("m0_minor"),
            churn_h=rates.positive("h"),
            churn_r=rates.positive("r"),
            churn_alpha=rates.positive("alpha"),
        )
        reader.finish()
        rates.finish()
        return thresholds

    def as_mapping(self) -> dict[str, Any]:
        """The record in the shape that GET /v1/thresholds and POST /v1/scores/preview use."""
        return {
            "recency": list(self.recency),
            "frequency": list(self.frequency),
            "monetary": list(self.monetary),
            "value": list(self.value),
            "key_account_minor": self.key_account_minor,
            "m50_minor": self.m50_minor,
            "m0_minor": self.m0_minor,
            "churn": {"h": self.churn_h, "r": self.churn_r, "alpha": self.churn_alpha},
        }
