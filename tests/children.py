"""What a child of the agent may do to it: hang, die, or answer. Light, as each child imports it anew."""

from __future__ import annotations

import os
import signal
import time

from arc_sync.agent.running.jobs import Job
from arc_sync.agent.running.tasks import Task, Told


def sleeps(_task: Task) -> Told:
    """Hang, with a child of its own that hangs too."""
    if os.fork() == 0:
        time.sleep(600)
    time.sleep(600)
    return Told()


def sleeps_at_rounds(task: Task) -> Told:
    """Hang in a round, and tell of everything else."""
    if task.job is Job.ROUND:
        time.sleep(600)
    return Told(facts={"pid": os.getpid()})


def dies(_task: Task) -> Told:
    """Die as a crash of native code does."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return Told()


def tells(task: Task) -> Told:
    """Tell which child this is."""
    return Told(facts={"pid": os.getpid()}, trouble=task.job)
