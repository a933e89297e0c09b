"""Is the newest revision, told by file names, the head of alembic's history?"""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from common.migrated import migrations_folder, newest_revision


@pytest.mark.parametrize("service", ["ingest", "scoring", "engagement", "feedback"])
def test_the_newest_file_is_the_only_head_and_every_revision_is_named_as_its_file(service: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder(service)))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest_revision(service)]
    names = {path.stem for path in (migrations_folder(service) / "versions").glob("*.py")}
    assert {script.revision for script in scripts.walk_revisions()} == names
