"""What does a message of Segment's or RudderStack's client say? (producers.md sections 1.1 and 1.2)

identify -> profile.updated, page and screen -> page.viewed, track -> the type of its name; orders get their amount in
minor units from `total`, else `revenue`, else `subtotal`. Everything that was sent stays in the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from common.contracts.check import SchemaBroken
from ingest.domain.dialect import Unmappable, hashed_id, read_time, true_time
from ingest.domain.event_names import type_of
from ingest.domain.money import to_minor

KINDS: Final = ("identify", "track", "page", "screen", "group", "alias")
_CHANNELS: Final = {"web": "web", "browser": "web", "mobile": "app", "app": "app"}
_ORDER_TYPES: Final = frozenset({"order.completed", "order.refunded", "order.cancelled"})
_ITEM_TYPES: Final = frozenset({*_ORDER_TYPES, "product.viewed", "cart.updated", "checkout.started", "content.shared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a request says once for all its messages."""

    source: str
    received_at: datetime
    sent_at: Any = None
    currency: str
    context: Mapping[str, Any] | None = None
    integrations: Mapping[str, Any] | None = None


def to_event(message: Any, envelope: Envelope, kind: str | None = None) -> dict[str, Any]:
    """The canonical event of one message; SchemaBroken or Unmappable says why there is none.

    `kind` is the endpoint's, where the endpoint tells it.
    """
    if not isinstance(message, dict):
        raise SchemaBroken("Send each message as a JSON object.", pointer="")
    kind = kind or message.get("type")
    if kind not in KINDS:
        raise SchemaBroken(f"Send a `type` of {', '.join(KINDS)}.", pointer="/type")
    context = {**(envelope.context or {}), **_mapping(message, "context")}
    properties = _mapping(message, "properties")
    traits = {**_mapping(context, "traits"), **_mapping(message, "traits")}
    data: dict[str, Any] = {
        "identifiers": _identifiers(message, traits),
        "properties": properties or traits,
        "context": context,
        "integrations": {**(envelope.integrations or {}), **_mapping(message, "integrations")},
        **{name: message[name] for name in ("event", "name", "category", "groupId", "version") if message.get(name)},
    }
    if (channel := _channel(message, context, kind)) is not None:
        data["channel"] = channel
    return {
        "id": message.get("messageId") or hashed_id(envelope.source, message),
        "type": _fill(kind, message, properties, traits, data, envelope.currency),
        "time": _time(message, envelope),
        "data": data,
    }


def _fill(
    kind: str,
    message: dict[str, Any],
    properties: dict[str, Any],
    traits: dict[str, Any],
    data: dict[str, Any],
    currency: str,
) -> str:
    """Add what the type knows to `data`; the type."""
    if kind == "identify":
        if profile := _profile(traits):
            data["profile"] = profile
        return "profile.updated"
    if kind in ("page", "screen"):
        return "page.viewed"
    if kind in ("group", "alias"):
        return f"segment.{kind}"
    name = message.get("event")
    if not isinstance(name, str) or not name.strip():
        raise SchemaBroken("A track message needs `event`, the name of what happened.", pointer="/event")
    type_ = type_of(name)
    if type_ in _ORDER_TYPES:
        data |= _order(type_, properties, currency)
    if type_ in _ITEM_TYPES and (items := _items(properties, _currency(properties, currency))):
        data["items"] = items
    if type_ == "review.posted":
        data["rating"] = _rating(properties)
    return type_


def _identifiers(message: dict[str, Any], traits: dict[str, Any]) -> dict[str, str]:
    """User id, anonymous id, and e-mail and phone of the traits."""
    candidates = {
        "user_id": message.get("userId"),
        "anonymous_id": message.get("anonymousId") or message.get("previousId"),
        "email": traits.get("email"),
        "phone": traits.get("phone"),
    }
    found = {kind: text for kind, value in candidates.items() if (text := _text(value)) is not None}
    if "user_id" not in found and "anonymous_id" not in found:
        raise SchemaBroken("Send `userId` or `anonymousId`.", pointer="/userId")
    return found


def _time(message: dict[str, Any], envelope: Envelope) -> str | None:
    name = "originalTimestamp" if message.get("originalTimestamp") is not None else "timestamp"
    time = read_time(message.get(name), f"/{name}")
    if time is None:
        return None
    sent_at = message.get("sentAt") if message.get("sentAt") is not None else envelope.sent_at
    corrected = true_time(time, sent_at=read_time(sent_at, "/sentAt"), received_at=envelope.received_at)
    return corrected.isoformat()


def _channel(message: dict[str, Any], context: dict[str, Any], kind: str) -> str | None:
    told = message.get("channel") or context.get("channel")
    if isinstance(told, str) and told in _CHANNELS:
        return _CHANNELS[told]
    if kind == "screen":
        return "app"
    return "web" if kind == "page" or context.get("page") else None


def _profile(traits: dict[str, Any]) -> dict[str, Any]:
    """Name and language, as far as the traits say them."""
    both = " ".join(text for name in ("firstName", "lastName") if (text := _text(traits.get(name))) is not None)
    told = {"name": _text(traits.get("name")) or both or None, "language": _text(traits.get("language"))}
    return {name: text for name, text in told.items() if text is not None and len(text) <= 256}


def _order(type_: str, properties: dict[str, Any], default: str) -> dict[str, Any]:
    """order_id, amount_minor and currency; a refund's amount is positive."""
    currency = _currency(properties, default)
    order: dict[str, Any] = {"currency": currency}
    if (order_id := _text(properties.get("order_id"))) is not None:
        order["order_id"] = order_id
    if type_ == "order.cancelled":
        return order
    told = next(
        (properties[name] for name in ("total", "revenue", "subtotal") if properties.get(name) is not None), None
    )
    amount = to_minor(told, currency)
    if amount is None:
        raise Unmappable("The order tells no amount: send `total`, `revenue` or `subtotal` as a number.")
    order["amount_minor"] = abs(amount) if type_ == "order.refunded" else amount
    return order


def _currency(properties: dict[str, Any], default: str) -> str:
    told = properties.get("currency")
    return told.strip().upper() if isinstance(told, str) and told.strip() else default


def _items(properties: dict[str, Any], currency: str) -> list[dict[str, Any]]:
    """The products with what an item knows: sku, category, quantity, amount of the line."""
    products = properties.get("products")
    found = []
    for product in products if isinstance(products, list) else [properties]:
        if not isinstance(product, dict):
            continue
        sku = _text(product.get("sku")) or _text(product.get("product_id"))
        if sku is None or len(sku) > 256:
            continue
        quantity = product.get("quantity")
        counted = isinstance(quantity, int | float) and not isinstance(quantity, bool) and 0 <= quantity <= 1e9
        item: dict[str, Any] = {"sku": sku, "quantity": quantity if counted else 1}
        if (category := _text(product.get("category"))) is not None and len(category) <= 128:
            item["category"] = category
        price = to_minor(product.get("price"), currency)
        if price is not None and 0 <= (amount := round(price * item["quantity"])) <= 10**14:
            item["amount_minor"] = amount
        found.append(item)
    return found


def _rating(properties: dict[str, Any]) -> dict[str, Any]:
    """Stars from 1 to 5."""
    try:
        stars = float(properties.get("rating"))  # type: ignore[arg-type]  # whatever it is, float() judges it
    except (TypeError, ValueError) as error:
        raise Unmappable("The review tells no rating: send `rating` from 1 to 5.") from error
    return {"kind": "stars", "value": stars, "min": 1, "max": 5}


def _mapping(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """A text, or a number as text; None for anything else and for nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    return text or None
