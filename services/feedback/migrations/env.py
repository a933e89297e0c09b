"""Alembic's entry: everything stands in common.migrations."""

from common.migrations import run_environment

run_environment()
