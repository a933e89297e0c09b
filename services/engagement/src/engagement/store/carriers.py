"""By what is a channel carried? The adapter that its section of contact.yaml names."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from common.errors import Unavailable
from engagement.domain.delivery import Adapter
from engagement.domain.reachability import Channel
from engagement.store.delivery_file import FileDelivery
from engagement.store.delivery_smtp import SmtpDelivery, Tls
from engagement.store.delivery_webhook import WebhookDelivery
from engagement.store.delivery_wecom import WecomDelivery


class SecretUnreadable(Unavailable):
    """The file that holds a channel's secret cannot be read, or its content is no secret."""

    code = "secret_unreadable"


def open_carrier(channel: Channel, *, outbox_dir: Path, secrets_dir: Path) -> Adapter:
    """The channel's adapter; nothing is connected yet. Raises SecretUnreadable."""
    return _OPEN[channel.adapter](channel, outbox_dir, secrets_dir)


def _file(_: Channel, outbox_dir: Path, __: Path) -> Adapter:
    return FileDelivery(outbox_dir)


def _webhook(channel: Channel, _: Path, secrets_dir: Path) -> Adapter:
    settings = channel.settings
    secret = _secret(secrets_dir, cast("str", settings.secret))
    try:
        return WebhookDelivery(
            cast("str", settings.url),
            secret,
            allow_http=settings.allow_http,
            allow_loopback=settings.allow_loopback,
            timeout_seconds=settings.timeout_seconds,
        )
    except ValueError as error:
        raise SecretUnreadable(f"The secret of channel {channel.name} is no base64 text.") from error


def _smtp(channel: Channel, _: Path, secrets_dir: Path) -> Adapter:
    settings = channel.settings
    return SmtpDelivery(
        cast("str", settings.host),
        settings.port,
        sender=cast("str", settings.sender),
        tls=cast("Tls", settings.tls),
        username=settings.username,
        password=None if settings.secret is None else _secret(secrets_dir, settings.secret),
        unsubscribe=settings.unsubscribe,
        timeout_seconds=settings.timeout_seconds,
    )


def _wecom(channel: Channel, _: Path, __: Path) -> Adapter:
    return WecomDelivery(channel.name)


_OPEN: Final[dict[str, Callable[[Channel, Path, Path], Adapter]]] = {
    "file": _file,
    "webhook": _webhook,
    "smtp": _smtp,
    "wecom": _wecom,
}


def _secret(folder: Path, name: str) -> str:
    try:
        secret = (folder / name).read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise SecretUnreadable(f"The secret {name} cannot be read in the secrets folder.") from error
    if not secret:
        raise SecretUnreadable(f"The secret {name} is empty.")
    return secret
