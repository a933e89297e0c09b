"""The page read aloud: one customer, one day, plain Python, no numpy and nothing of the domain's code.

Written from scoring-model.md sections 1 to 4 alone, with the page's default figures, to check the vectorised reading.
"""

import itertools
import math
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from scoring.domain.state.replay import Interaction

ZONE = ZoneInfo("Asia/Shanghai")
POINTS = {
    "visit": (1, 1),
    "click": (2, 3),
    "share": (4, 2),
    "ugc": (5, 2),
    "event_attend": (8, 1),
    "event_register": (2, 1),
    "community": (5, 1),
    "community_post": (3, 2),
    "follow": (5, 1),
    "store_visit": (2, 1),
    "staff_visit": (3, 1),
    "cart": (1, 2),
    "coupon": (2, 1),
    "brand": (4, 1),
    "inbound_msg": (3, 3),
    "inbound_auto": (3, 3),
    "meeting": (3, 1),
}
EXPERIENCE = {
    "delivered_ontime": (1, 1.0),
    "delivered_late": (1, 0.0),
    "ticket_in_sla": (1, 0.8),
    "ticket_breached": (2, 0.0),
    "complaint": (3, 0.0),
    "return_quality": (1, 0.2),
    "payment_failed": (1, 0.2),
    "csat": (2, None),
    "ces": (2, None),
}
EVALUATION = {"nps": (2, None), "review": (1, None), "referral": (2, 1.0)}
SIMPLE = {
    "page.viewed": "visit",
    "product.viewed": "visit",
    "search.made": "visit",
    "app.opened": "visit",
    "message.clicked": "click",
    "content.shared": "share",
    "content.posted": "ugc",
    "suggestion.made": "ugc",
    "event.attended": "event_attend",
    "cocreation.joined": "event_attend",
    "event.registered": "event_register",
    "community.joined": "community",
    "community.posted": "community_post",
    "account.followed": "follow",
    "cart.updated": "cart",
    "checkout.started": "cart",
    "coupon.redeemed": "coupon",
    "charity.joined": "brand",
    "story.engaged": "brand",
    "meeting.held": "meeting",
    "return_visit.done": "meeting",
    "payment.failed": "payment_failed",
    "referral.made": "referral",
    "promise.kept": "promise_kept",
    "promise.broken": "promise_broken",
}

Fact = tuple[date, str, int]  # day, kind, thousandths of quality


def kinds_of(event: Interaction) -> list[tuple[str, int]]:
    """(kind, thousandths) of a non-money event: section 2, row by row."""
    data, type_ = event.data, event.type
    personal = data.get("personal") is True
    if type_ in SIMPLE:
        return [(SIMPLE[type_], 0)]
    if type_ == "visit.made":
        return [("store_visit", 0)] + ([("staff_visit", 0)] if data.get("staff_id") is not None else [])
    if type_ in ("message.received", "call.received"):
        return [("inbound_msg" if personal else "inbound_auto", 0)]
    if type_ in ("message.sent", "call.made"):
        found = [("outbound_msg" if personal else "outbound_mass", 0)]
        return found + (
            [("advisor_call", 0)] if type_ == "call.made" and personal and data.get("answered") is True else []
        )
    if type_ == "order.delivered":
        promised = data.get("promised_at")
        late = promised is not None and event.time > datetime.fromisoformat(promised)
        found = [("delivered_late" if late else "delivered_ontime", 0)]
        return found + ([("promise_broken" if late else "promise_kept", 0)] if promised is not None else [])
    if type_ == "ticket.resolved":
        return [("ticket_breached" if data.get("sla_breached") is True else "ticket_in_sla", 0)]
    if type_ == "complaint.made":
        return [("complaint", 0), ("promise_broken", 0)]
    if type_ == "complaint.resolved":
        return [("resolved", 0), ("promise_kept", 0)]
    if type_ == "case.overdue":
        return [("other" if data.get("first_verdict") is False else "feedback_missed", 0)]
    if type_ == "case.closed":
        found = [("promise_kept", 0)] if data.get("promise_kept") is True else []
        found += [("resolved", 0)] if data.get("resolution") == "resolved" else []
        in_time = data.get("within_clock") is True and data.get("first_verdict") is not False
        found += [("feedback_closed", 0)] if in_time else []
        return found or [("other", 0)]
    if type_ == "return.completed" and data.get("reason") == "quality":
        return [("return_quality", 0)]
    if type_ in ("survey.answered", "review.posted") and "rating" in data:
        return answer(type_, data["rating"])
    return [("other", 0)]


def answer(type_: str, rating: dict[str, Any]) -> list[tuple[str, int]]:
    q = (rating["value"] - rating["min"]) / (rating["max"] - rating["min"])
    kind = {"stars": "review"}.get(rating["kind"], rating["kind"])
    asked = {"survey.answered": ("csat", "ces", "nps"), "review.posted": ("csat", "ces", "review")}[type_]
    if kind not in asked:
        return [("other", 0)]
    bad = q <= (0.6 if kind == "nps" else 0.25)
    return [(kind, round(1000 * q))] + ([("detractor", 0)] if bad else [])


class Orders:
    """Orders, refunds and cancels of the events up to a day: section 1."""

    def __init__(self, events: list[Interaction], a: date) -> None:
        known = [e for e in events if local_day(e) <= a]
        self.orders: dict[tuple[str, str], Interaction] = {}
        for e in (each for each in known if each.type == "order.completed"):
            key = ("id", e.data["order_id"]) if "order_id" in e.data else ("event", f"{e.source}:{e.id}")
            best = self.orders.get(key)
            if best is None or smallness(e) < smallness(best):
                self.orders[key] = e
        refunds: dict[tuple[Any, ...], Interaction] = {}
        for e in (each for each in known if each.type == "order.refunded"):
            order_key = ("id", e.data["order_id"]) if "order_id" in e.data else None
            own = order_key is None or "refund_id" not in e.data
            name = (order_key, "event", e.source, e.id) if own else (order_key, "id", e.data["refund_id"])
            if name not in refunds or smallness(e) < smallness(refunds[name]):
                refunds[name] = e
        cancelled = {("id", e.data["order_id"]) for e in known if e.type == "order.cancelled"}
        self.money: list[tuple[date, int]] = []
        self.days: set[date] = set()
        self.orders_with_net: list[date] = []
        for key, e in self.orders.items():
            back = sum(r.data["amount_minor"] for name, r in refunds.items() if name[0] == key)
            paid = e.data["amount_minor"]
            if key not in cancelled and back < paid:
                self.money.append((local_day(e), paid - back))
                self.days.add(local_day(e))
                self.orders_with_net.append(local_day(e))
        for name, r in refunds.items():
            if name[0] not in self.orders:
                self.money.append((local_day(r), -r.data["amount_minor"]))


def smallness(e: Interaction) -> tuple[datetime, str, str]:
    return e.time, e.source, e.id


def local_day(e: Interaction) -> date:
    return e.time.astimezone(ZONE).date()


def age(a: date, day: date) -> int:
    return (a - day).days


def d(h: float, a: date, terms: list[tuple[date, float]]) -> float:
    return math.fsum(value * 2 ** (-age(a, day) / h) for day, value in terms)


def sat(x: float, c: float) -> float:
    return 1 - 2 ** (-max(x, 0) / c)


def raw(events: list[Interaction], a: date) -> dict[str, Any]:
    """Everything of section 3 that needs no guard, unrounded, from the events up to a."""
    buckets: dict[tuple[date, str], list[int]] = {}
    for e in events:
        if local_day(e) <= a and e.type not in ("order.completed", "order.refunded", "order.cancelled"):
            for kind, milli in kinds_of(e):
                count = buckets.setdefault((local_day(e), kind), [0, 0])
                count[0] += 1
                count[1] += milli
    orders = Orders(events, a)
    points = [(day, float(POINTS[k][0] * min(n, POINTS[k][1]))) for (day, k), (n, _) in buckets.items() if k in POINTS]
    days = [(day, 1.0) for day in sorted(orders.days)]
    out: dict[str, Any] = {}
    out["experience"], w_ex = shrunk(buckets, EXPERIENCE, a, 90, 2, 0.7, 0.25)
    out["evaluation"], w_ev = shrunk(buckets, EVALUATION, a, 180, 1, 0.5, 0.5)
    out["engagement"] = 100 * sat(d(30, a, points), 10)
    money = [(day, float(net)) for day, net in orders.money]
    out["exchange"] = 100 * (0.5 * sat(d(90, a, days), 2) + 0.5 * sat(d(180, a, money), 50000))
    out["evolution"] = evolution(points, days, a)
    out["strength"], out["coverage"] = strength(out, w_ex, w_ev)
    worth = {"inbound_msg": 1.0, "meeting": 1.0, "staff_visit": 1.0, "advisor_call": 0.25}
    out["personal_contact"] = d(180, a, [(day, worth[k]) for day, k in buckets if k in worth])
    theirs = contacts(buckets, a, ("inbound_msg", "meeting", "staff_visit"))
    ours = contacts(buckets, a, ("outbound_msg", "meeting", "staff_visit"))
    ever = any(k == "outbound_msg" for _, k in buckets)
    out["reciprocity"] = 2 * min(theirs, ours) / (theirs + ours + 1) if ever else None
    out["churn_risk"] = churn(sorted(orders.days), a)
    out.update(rfm(orders, a))
    out["status"] = status(sorted(orders.days), a)
    out["severe"] = severe(buckets, a)
    out["trust"] = trust(buckets, a)
    out["stage"] = stage(out, buckets, orders, a)
    out["key_account"] = out["monetary_minor"] >= 200000
    out["clv_minor"] = clv(orders, a)
    out["care"] = care(out, buckets, w_ex, a)
    out["tier"] = tier(out, theirs >= ours - 1e-12)
    return out


def shrunk(
    buckets: dict[tuple[date, str], list[int]],
    kinds: dict[str, tuple[int, float | None]],
    a: date,
    h: float,
    k: float,
    p0: float,
    known_from: float,
) -> tuple[float | None, float]:
    w, wq = [], []
    for (day, kind), (n, milli) in buckets.items():
        if kind in kinds:
            weight, q = kinds[kind]
            w.append((day, float(weight * n)))
            wq.append((day, weight * (milli / 1000 if q is None else q * n)))
    total = d(h, a, w)
    return (100 * (k * p0 + d(h, a, wq)) / (k + total) if total >= known_from else None), total


def evolution(points: list[tuple[date, float]], days: list[tuple[date, float]], a: date) -> float | None:
    if not points and not days:
        return None
    since = age(a, min(day for day, _ in points + days)) + 1

    def rate(h: float) -> float:
        return (1 - 2 ** (-1 / h)) * (d(h, a, points) + 5 * d(h, a, days)) / (1 - 2 ** (-since / h))

    return 100 * rate(90) / (rate(90) + rate(360))


def strength(out: dict[str, Any], w_ex: float, w_ev: float) -> tuple[float | None, float]:
    known = {name: out[name] for name in ("experience", "engagement", "exchange", "evaluation", "evolution")}
    known = {name: value for name, value in known.items() if value is not None}
    full = {"experience": 0.20, "engagement": 0.25, "exchange": 0.25, "evaluation": 0.15, "evolution": 0.15}
    coverage = sum(full[name] for name in known)
    if set(known) == {"engagement", "exchange"} and all(round(value, 6) == 0 for value in known.values()):
        return None, coverage
    firm = [name for name in known if name not in ("experience", "evaluation")]
    total = sum(full[name] for name in firm)
    mean = sum(full[name] * known[name] for name in firm) / total
    thin = sorted(
        (known[name], full[name] * min(1, w))
        for name, w in (("experience", w_ex), ("evaluation", w_ev))
        if name in known
    )
    for x, weight in thin:
        counted = weight * min(1, max(0, (x - 70) / 10)) if x > mean else weight
        mean = (mean * total + x * counted) / (total + counted)
        total += counted
    return mean, coverage


def contacts(buckets: dict[tuple[date, str], list[int]], a: date, kinds: tuple[str, ...]) -> float:
    return d(90, a, [(day, float(n)) for (day, kind), (n, _) in buckets.items() if kind in kinds])


def churn(days: list[date], a: date) -> float | None:
    if not days:
        return None
    h, horizon, r, al = 90.0, 90.0, 0.5, 60.0
    t = age(a, days[0])
    e = max(h / math.log(2) * (1 - 2 ** (-t / h)), age(a, days[-1]))
    c = d(h, a, [(day, 1.0) for day in days[1:]])
    return float(((al + e) / (al + e + horizon)) ** (r + c))


def rfm(orders: Orders, a: date) -> dict[str, Any]:
    inside = [day for day in orders.orders_with_net if 0 <= age(a, day) < 365]
    money = sum(net for day, net in orders.money if 0 <= age(a, day) < 365)
    out: dict[str, Any] = {"frequency": len(inside), "monetary_minor": money}
    if not orders.days:
        return out | {
            "bought": False,
            "r": None,
            "f": None,
            "m": None,
            "raw_segment": "potential",
            "named": None,
            "chinese": None,
            "idle": None,
        }
    idle, tenure = age(a, max(orders.days)), age(a, min(orders.days))
    r = 5 - sum(cut < idle for cut in (15, 30, 75, 180))
    f = 1 + sum(cut < len(inside) for cut in (1, 2, 3, 5))
    m = 1 + sum(cut < money for cut in (25000, 50000, 100000, 200000))
    if r == 1 and idle >= 180:
        segment = "churned"
    elif r >= 3 and f + m >= 8:
        segment = "high_value"
    elif (r >= 3 and (f >= 2 or m == 5)) or f + m >= 8:
        segment = "active"
    else:
        segment = "potential"
    high = "".join("H" if score >= 4 else "L" for score in (r, f, m))
    chinese = {
        "HHH": "重要价值",
        "HLH": "重要发展",
        "LHH": "重要保持",
        "LLH": "重要挽留",
        "HHL": "一般价值",
        "HLL": "一般发展",
        "LHL": "一般保持",
        "LLL": "一般挽留",
    }[high]
    out |= {"bought": True, "idle": idle, "r": r, "f": f, "m": m, "raw_segment": segment, "chinese": chinese}
    return out | {"named": named(r, (f + m + 1) // 2, tenure)}


def named(r: int, fm: int, tenure: int) -> str:
    if r == 5:
        return ("new" if tenure < 365 else "promising") if fm == 1 else "potential_loyalist" if fm <= 3 else "champion"
    if r == 4:
        return "promising" if fm == 1 else "potential_loyalist" if fm <= 3 else "champion"
    if r == 3:
        return "about_to_sleep" if fm == 1 else "needs_attention" if fm == 2 else "loyal"
    if r == 2:
        return "about_to_sleep" if fm <= 2 else "at_risk"
    return {1: "lost", 2: "hibernating", 3: "at_risk"}.get(fm, "cannot_lose")


def status(days: list[date], a: date) -> str | None:
    if not days:
        return None
    back = [late for early, late in itertools.pairwise(days) if (late - early).days > 365]
    if any(age(a, day) < 60 for day in back):
        return "reactivated"
    idle = age(a, days[-1])
    return "lost" if idle >= 365 else "dormant" if idle >= 180 else "active"


def severe(buckets: dict[tuple[date, str], list[int]], a: date) -> bool:
    bad = [day for day, kind in buckets if kind in ("complaint", "detractor") and age(a, day) < 30]
    good = [day for day, kind in buckets if kind == "resolved"]
    return any(not any(day >= trouble for day in good) for trouble in bad)


def tier(out: dict[str, Any], answered: bool) -> str:
    engagement, personal = round(out["engagement"], 6), round(out["personal_contact"], 6)
    mutual = out["reciprocity"] is None or round(out["reciprocity"], 6) >= 0.3 or answered
    liked = out["evaluation"] is None or round(out["evaluation"], 6) >= 60
    if out["strength"] is not None and round(out["strength"], 6) >= 65 and personal >= 2 and mutual and liked:
        return "intimate"
    if personal > 1 and (out["bought"] or engagement >= 20):
        return "face_to_face"
    if engagement >= 20 or round(out["exchange"], 6) >= 20 or (out["bought"] and out["idle"] < 180):
        return "brand"
    return "distant"


def trust(buckets: dict[tuple[date, str], list[int]], a: date) -> float:
    kept = d(180, a, [(day, float(n)) for (day, kind), (n, _) in buckets.items() if kind == "promise_kept"])
    broken = d(180, a, [(day, float(n)) for (day, kind), (n, _) in buckets.items() if kind == "promise_broken"])
    return 100 * (5 * 0.5 + kept) / (5 + kept + 3 * broken)


def stage(out: dict[str, Any], buckets: dict[tuple[date, str], list[int]], orders: Orders, a: date) -> str:
    days = sorted(orders.days)
    if not days:
        return "initial_contact"
    tenure = age(a, days[0])
    bad = [day for day, kind in buckets if kind in ("complaint", "detractor") and day > days[-1]]
    resolved = [day for day, kind in buckets if kind == "resolved"]
    content = all(any(good >= trouble for good in resolved) for trouble in bad)
    talks = [day for day, kind in buckets if kind in ("inbound_msg", "meeting", "staff_visit", "advisor_call")]
    quarters = [(0, 90), (91, 181), (182, 272), (273, 363)]
    active = sum(any(lo <= age(a, day) <= hi for day in days + talks) for lo, hi in quarters)
    liked = out["evaluation"] is None or round(out["evaluation"], 6) >= 50
    if tenure >= 365 and active >= 3 and round(out["churn_risk"], 6) < 0.6 and content and liked:
        return "long_term"
    recent = [day for day in days if age(a, day) < 1095]
    if len(recent) >= 4 and tenure >= 90 and age(a, days[-1]) < 365 and content:
        return "loyalty"
    spoken = sum(n for (_, kind), (n, _) in buckets.items() if kind in ("inbound_msg", "meeting"))
    return "trust_building" if len(days) >= 2 or spoken >= 2 else "initial_contact"


def clv(orders: Orders, a: date) -> int | None:
    days = sorted(orders.days)
    if not days:
        return None
    h, r, al = 90.0, 0.5, 60.0
    e = max(h / math.log(2) * (1 - 2 ** (-age(a, days[0]) / h)), age(a, days[-1]))
    c = d(h, a, [(day, 1.0) for day in days[1:]])
    nets = [net for _, net in orders.money if net > 0]
    mean = (3 * 10000 + sum(nets)) / (3 + len(nets))
    worth: float = (r + c) / (al + e) * 365 * mean * 0.3 / 1.1**0.5
    return round(worth)


def percentile(money: int) -> float:
    x, cuts = max(money, 0), [0, 25000, 50000, 100000, 200000]
    for i in range(4):
        if cuts[i] < x <= cuts[i + 1]:
            return 20 * i + 20 * (x - cuts[i]) / (cuts[i + 1] - cuts[i])
    return 0.0 if x == 0 else 80 + 20 * sat(x - 200000, 200000)


def care(out: dict[str, Any], buckets: dict[tuple[date, str], list[int]], w_ex: float, a: date) -> dict[str, Any]:
    cs, w_cs = shrunk(buckets, {"csat": (1, None), "nps": (1, None)}, a, 180, 1, 0.6, 0.5)
    closed = d(90, a, [(day, float(n)) for (day, kind), (n, _) in buckets.items() if kind == "feedback_closed"])
    missed = d(90, a, [(day, float(n)) for (day, kind), (n, _) in buckets.items() if kind == "feedback_missed"])
    cf = 100 * (0.5 + closed) / (1 + closed + missed) if closed + missed >= 0.5 else None
    found: dict[str, Any] = {"cs": cs, "ce": out["experience"], "cf": cf, "cl": None, "cv": None}
    if out["bought"]:
        found["cl"], found["cv"] = 100 * (1 - out["churn_risk"]), percentile(out["monetary_minor"])
    full = {"cs": 0.25, "cl": 0.25, "cv": 0.20, "ce": 0.20, "cf": 0.10}
    known = [name for name in full if found[name] is not None]
    found["coverage"] = sum(full[name] for name in known) if known else None
    found["health"] = None
    if out["bought"]:
        firm = [name for name in known if name in ("cl", "cv", "cf")]
        total = sum(full[name] for name in firm)
        mean = sum(full[name] * found[name] for name in firm) / total
        thin = [(found[name], full[name] * min(1, w)) for name, w in (("cs", w_cs), ("ce", w_ex)) if name in known]
        for x, weight in sorted(thin):
            counted = weight * min(1, max(0, (x - 70) / 10)) if x > mean else weight
            mean = (mean * total + x * counted) / (total + counted)
            total += counted
        found["health"] = mean
    if out["severe"]:
        found["priority"] = 50 + (found["cv"] or 0) / 2
    else:
        found["priority"] = found["cv"] * (100 - found["health"]) / 100 if out["bought"] else None
    return found


def judge(events: list[Interaction], a: date) -> dict[str, Any]:
    """raw() as of a, with the shown segment, tier and band: the guards are the raw values of the days before."""
    out = raw(events, a)
    before = [out] + [raw(events, date.fromordinal(a.toordinal() - g)) for g in range(1, 31)]
    stages = ["initial_contact", "trust_building", "loyalty", "long_term"]
    out["stage"] = max((each["stage"] for each in before), key=stages.index)
    segments, tiers = ["churned", "potential", "active", "high_value"], ["distant", "brand", "face_to_face", "intimate"]
    out["segment"] = max((each["raw_segment"] for each in before), key=segments.index)
    shown = max((each["tier"] for each in before), key=tiers.index)
    out["shown_tier"] = min(shown, "face_to_face", key=tiers.index) if out["severe"] else shown
    risks = [round(each["churn_risk"], 6) for each in before[:15] if each["churn_risk"] is not None]
    out["churn_band"] = None if not risks else "low" if min(risks) < 0.4 else "medium" if min(risks) < 0.7 else "high"
    return out
