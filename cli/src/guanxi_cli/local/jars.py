"""Where are the jars of Apache Kafka: in KAFKA_HOME, in the cache, or fetched into the cache by Maven?"""

import os
import shutil
from pathlib import Path

from guanxi_cli.local.lock import exclusive
from guanxi_cli.local.problem import Problem
from guanxi_cli.local.run import run
from guanxi_cli.local.shipped import shipped
from guanxi_cli.local.whole import made_whole

KAFKA_VERSION = "4.3.1"
MAVEN_SECONDS = 600


def cache() -> Path:
    return Path(os.environ.get("GUANXI_CACHE") or Path.home() / ".cache" / "guanxi")


def present_jars() -> Path | None:
    """The folder of jars that can be used at once."""
    if kafka_home := os.environ.get("KAFKA_HOME"):
        libs = Path(kafka_home, "libs")
        if not any(libs.glob("kafka_2.13-*.jar")):
            raise Problem(f"KAFKA_HOME is {kafka_home}, but {libs} holds no kafka_2.13 jar: unset it or correct it")
        return libs
    cached = cache() / f"kafka-{KAFKA_VERSION}"
    return cached if cached.is_dir() else None


async def kafka_jars() -> Path:
    if found := present_jars():
        return found
    if not shutil.which("mvn"):
        raise Problem("Kafka's jars are not here: install maven (the package of that name), or set KAFKA_HOME")
    cache().mkdir(parents=True, exist_ok=True)
    folder = cache() / f"kafka-{KAFKA_VERSION}"
    async with exclusive(cache() / "lock"):
        await made_whole(folder, _fetch)
    return folder


async def _fetch(into: Path) -> None:
    # Maven writes beside the pom, which may be read-only: it works on a copy.
    pom = into.with_name(f"{into.name}.pom.xml")
    shutil.copyfile(shipped("deploy/local/pom.xml"), pom)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={into}"]
    await run(["mvn", "-q", "-B", "-f", str(pom), *goal], what="fetching Kafka with Maven", seconds=MAVEN_SECONDS)
    pom.unlink()
