"""Background jobs that live on disk: they survive a closed tab, a rerun and a restart, and can be stopped.

job = submit(owner, "jobs.selftest", {"steps": 20, "seconds": 0.5})
poll(job).status      # "queued", "running", then "done"
"""

from core.jobs.context import JobCancelled, JobContext
from core.jobs.scheduler import cancel, delete, look, poll, queue_place, resume, submit
from core.jobs.store import Job, JobState, job, jobs_of

__all__ = [
    "Job",
    "JobCancelled",
    "JobContext",
    "JobState",
    "cancel",
    "delete",
    "job",
    "jobs_of",
    "look",
    "poll",
    "queue_place",
    "resume",
    "submit",
]
