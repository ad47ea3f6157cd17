"""A reader's own translators: the models of the finished training jobs of a workspace, by name."""

from pathlib import Path

from core.jobs.store import Job, jobs_of

KIND = "translation.train"
MODEL_FOLDER = "model"


def own_models(workspace_hash: str) -> dict[str, Path]:
    """Name -> model folder of each finished training of that workspace, the newest first."""
    return {
        run_name(job): job.result_folder / MODEL_FOLDER
        for job in reversed(training_jobs(workspace_hash))
        if (job.result_folder / MODEL_FOLDER / "model.json").is_file() and job.state().status == "done"
    }


def training_jobs(workspace_hash: str) -> list[Job]:
    """All trainings of that workspace, the oldest first."""
    return [job for job in jobs_of(workspace_hash) if job.kind == KIND]


def run_name(job: Job) -> str:
    """How a training is called: what it learned from, what it is, and the end of its job's name.

    Two trainings of one workspace never share it.
    """
    model = job.parameters.get("model", {})
    data = str(job.parameters.get("data", "grammar"))[:20]
    kind = "transformer" if not isinstance(model, dict) else str(model.get("architecture", "transformer"))
    return f"{data}-{kind[:20]}-{job.id[-4:]}"
