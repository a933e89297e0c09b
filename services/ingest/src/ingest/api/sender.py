"""Under which name do this request's events stand, and what else do its circumstances say of them?"""

from datetime import UTC, datetime

from starlette.requests import Request

from common.errors import Forbidden
from common.http.keys import Principal
from ingest.domain.admission import Circumstances, Moment
from ingest.domain.sources import Sender, is_source_name
from ingest.store.producer_keys import ProducerPrincipal
from ingest.usecases.accept_events import Door


class NameNoSource(Forbidden):
    """A service key whose name cannot be a source."""

    code = "name_no_source"


def circumstances(request: Request, principal: Principal, *, wary: bool) -> Circumstances:
    """What the events of this request have in common; NameNoSource for a service key of another name."""
    door: Door = request.app.state.door
    return Circumstances(
        sender=_sender(principal),
        moment=Moment.of(datetime.now(UTC)),
        customers=door.customers,
        traceparent=request.scope["state"].get("traceparent"),
        wary=wary,
    )


def _sender(principal: Principal) -> Sender:
    if isinstance(principal, ProducerPrincipal):
        return Sender(name=principal.name, namespace=principal.namespace)
    if not is_source_name(principal.name):
        raise NameNoSource(
            f"The key {principal.name} may not send events: its name becomes their source and must be 1 to 64 of "
            "a-z 0-9 . _ - and not guanxi.*; make a key of another name or of a source."
        )
    return Sender(name=principal.name)
