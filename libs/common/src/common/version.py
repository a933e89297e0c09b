"""Which version of the code runs? As dead letters and /version name it."""

from importlib.metadata import version


def code_version(service: str) -> str:
    """The installed version of a service's package."""
    return version(f"guanxi-{service}")
