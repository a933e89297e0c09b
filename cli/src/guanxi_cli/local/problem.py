"""What stops a command: one sentence that says what is wrong and what to do about it."""


class Problem(Exception):
    """Shown without a traceback; the command ends with status 1."""
