"""What decides the prediction about AdaLoRA: its schedule in a real training of MiniLM."""

from core.curriculum.question import Measurement
from core.memory.adaptive_rank import run_schedule
from core.memory.adaptive_rank_result import STEPS, RankSettings


def adalora_memory(small: bool = False) -> Measurement:
    """The most memory of AdaLoRA's trained part, in that of LoRA with the rank that is left on average."""
    settings = RankSettings(steps=STEPS[0]) if small else RankSettings()
    run = run_schedule(settings)
    last = run.ranks[-1]
    values = [rank for name, rank in zip(run.matrices, last, strict=True) if name.endswith("value")]
    return Measurement(
        value=run.times_fixed,
        values={
            "matrices": len(run.matrices),
            "initial": settings.initial,
            "target": settings.target,
            "steps": settings.steps,
            "end": run.after.training / run.fixed.training,
            "saved": run.after.saved / run.before.saved,
            "scores": run.before.scores / run.before.states,
            "none": sum(rank == 0 for rank in last),
            "to_values": sum(values) / sum(last),
        },
        note_key="memory.check.measured.adalora_memory",
    )
