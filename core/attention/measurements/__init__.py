"""The measurements that decide the attention lesson's predictions, by name.

Each runs the lesson's own functions, within 10 s on two cores with the models still to be loaded;
`small=True` takes fewer or shorter inputs, within 2 s once they are, for the tests.
"""

from collections.abc import Callable

from core.curriculum.later import measured_by
from core.curriculum.question import Measurement


def _later(module: str, function: str) -> Callable[..., Measurement]:
    return measured_by(f"{__name__}.{module}", function)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "norm_mean_share": _later("block", "norm_mean_share"),
    "norm_place_gradients": _later("block", "norm_place_gradients"),
    "batch_norm_change": _later("block", "batch_norm_change"),
    "gates_below_zero": _later("block", "gates_below_zero"),
    "neurons_for_half": _later("block", "neurons_for_half"),
    "merged_heads": _later("variants", "merged_heads"),
    "cache_saving": _later("variants", "cache_saving"),
    "tiled_difference": _later("variants", "tiled_difference"),
    "paged_requests": _later("variants", "paged_requests"),
    "remembered_segment": _later("variants", "remembered_segment"),
    "copied_tokens": _later("see", "copied_tokens"),
    "largest_weight": _later("see", "largest_weight_carries_most"),
    "undivided_weight": _later("see", "undivided_weight"),
    "heads_on_first": _later("see", "heads_on_first"),
    "changed_past": _later("see", "changed_past"),
    "opened_mask": _later("families", "opened_mask"),
    "shared_recipe": _later("families", "shared_recipe"),
    "router_load": _later("families", "router_load"),
    "appended_words": _later("families", "appended_words"),
    "albert_share": _later("families", "albert_share"),
    "projector_share": _later("families", "projector_share"),
    "position_share": _later("positions", "position_share"),
    "sinusoidal_likeness": _later("positions", "sinusoidal_likeness"),
    "learned_distance": _later("positions", "learned_distance"),
    "random_decay": _later("positions", "random_decay"),
    "alibi_near": _later("positions", "alibi_near"),
    "interpolation_cost": _later("positions", "interpolation_cost"),
    "distance_never_trained": _later("experiment", "distance_never_trained"),
    "moved_text": _later("experiment", "moved_text"),
    "sharp_among_vital": _later("matter", "sharp_among_vital"),
    "meanings_found": _later("matter", "meanings_found"),
    "growth_ratio": _later("matter", "growth_ratio"),
}
