"""The trace of a text as a table: one row a token, for a download."""

from core.decoding.result import Generation


def trace_rows(generation: Generation) -> list[dict[str, object]]:
    """One row for each generated token, with its number, id, text and the quantities of its step."""
    return [
        {
            "position": position,
            "token_id": step.token,
            "token": text,
            "probability": step.probability,
            "rank": step.rank,
            "entropy_nats": step.entropy,
            "processed_probability": step.processed_probability,
            "candidates": " ".join(
                f"{candidate.token}:{candidate.probability:.6f}" for candidate in step.candidates
            ),
        }
        for position, (step, text) in enumerate(zip(generation.steps, generation.token_texts, strict=True), 1)
    ]
