"""Whose turn it is: in the order of arrival, but one owner's many jobs do not keep the others waiting."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """A job in the queue."""

    owner: str
    id: str
    since: float
    """When it joined the queue, in seconds since 1970."""


def waiting_order(waiting: Sequence[Waiting], running: Sequence[str] = ()) -> list[Waiting]:
    """`waiting` in the order in which the jobs are to start; `running` names the owner of each running job.

    Rounds: an owner's first job belongs to the first round, the second to the second, and so on,
    running jobs counted; within a round who came first goes first. So each owner's jobs keep their
    order, and no one waits for ever: a job's round only ever falls.

    >>> jobs = [Waiting("ann", "1", 1.0), Waiting("ann", "2", 2.0), Waiting("bob", "3", 3.0)]
    >>> [job.id for job in waiting_order(jobs)]
    ['1', '3', '2']
    >>> [job.id for job in waiting_order(jobs, running=["ann", "ann"])]
    ['3', '1', '2']
    """
    rounds = Counter(running)
    turns = []
    for job in sorted(waiting, key=lambda job: (job.since, job.id)):
        turns.append((rounds[job.owner], job.since, job.id, job))
        rounds[job.owner] += 1
    return [turn[-1] for turn in sorted(turns, key=lambda turn: turn[:3])]
