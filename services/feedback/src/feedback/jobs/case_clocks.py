"""When do cases move by time alone? Their timers, fired by any worker."""

from functools import partial

from common.database import Database
from common.timers import Timers
from feedback.usecases.case_desk import CaseDesk
from feedback.usecases.plan_case_timers import CLOSE, OVERDUE
from feedback.usecases.run_case_timer import run_case_timer


def watch_case_clocks(database: Database, desk: CaseDesk) -> Timers:
    """The timers of cases; `run` is a part of the worker."""
    fire = partial(run_case_timer, desk=desk)
    return Timers(database, {OVERDUE: fire, CLOSE: fire})
