"""Where are the files that ship with Guanxi: in a checkout beside the code, in a wheel inside the package."""

from pathlib import Path
from string import Template

PACKAGE = Path(__file__).resolve().parents[1]


def checkout() -> Path | None:
    """The root of the checkout that this package runs from, or None when it was installed as a wheel."""
    if PACKAGE.parts[-3:] != ("cli", "src", "guanxi_cli"):
        return None
    root = PACKAGE.parents[2]
    return root if (root / "deploy" / "local").is_dir() else None


def shipped(path: str) -> Path:
    """A file or folder by its path in the repository, such as `deploy/local/pom.xml` or `policies`."""
    return (checkout() or PACKAGE / "shipped") / path


def filled_in(path: str, **values: object) -> str:
    """The text of a shipped template with its $names replaced; a name without a value is a KeyError."""
    return Template(shipped(path).read_text()).substitute(values)
