"""Which port has which number, and who holds a port that should be free?"""

import asyncio
import socket

import psutil

LOOPBACK = "127.0.0.1"
SERVICES = ("ingest", "scoring", "engagement", "feedback")
DEFAULT_PORT_BASE = 8000

OFFSETS = {
    "postgres": 32,
    "kafka": 92,
    "kafka-controller": 93,
    **{service: number for number, service in enumerate(SERVICES, start=1)},
    **{f"{service}-api-management": 100 + number for number, service in enumerate(SERVICES, start=1)},
    **{f"{service}-worker-management": 110 + number for number, service in enumerate(SERVICES, start=1)},
}


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


async def accepts(port: int) -> bool:
    """Whether something answers on the port. Unlike is_free it never stands in the way of a server that starts."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


def listener(port: int) -> psutil.Process | None:
    """The process that listens on a port, or None when there is none or it is hidden from this user."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS shows only a user's own
        return None
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        if listens and connection.pid:
            try:
                return psutil.Process(connection.pid)
            except psutil.NoSuchProcess:
                return None
    return None


def whose(port: int) -> str:
    """Who holds the port and what to do: the end of a sentence about a port that is taken."""
    process = listener(port)
    elsewhere = "choose other ports with --port-base"
    if process is None:
        return f"held by a process of another user; {elsewhere}"
    try:
        with process.oneshot():
            environment, name = process.environ(), " ".join(process.cmdline())[:80] or process.name()
    except psutil.Error:
        return f"held by process {process.pid}; end it or {elsewhere}"
    if "GUANXI_PART" in environment:
        home = environment.get("GUANXI_HOME")
        part = f"{environment['GUANXI_PART']} of {home}"
        return f"held by process {process.pid} ({part}); stop it (guanxi down --home {home}) or {elsewhere}"
    return f"held by process {process.pid} ({name}); end it (kill {process.pid}) or {elsewhere}"
