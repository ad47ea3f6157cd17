"""The measurements that decide the memory lesson's predictions, by name.

Each runs the lesson's own functions, within 10 s on two cores with the models still to be loaded;
`small=True` takes fewer or shorter inputs, within 2 s once they are, for the tests.
"""

from collections.abc import Callable

from core.curriculum.later import measured_by
from core.curriculum.question import Measurement


def _later(module: str, function: str) -> Callable[..., Measurement]:
    return measured_by(f"{__name__}.{module}", function)


MEASUREMENTS: dict[str, Callable[..., Measurement]] = {
    "full_tuning_bytes": _later("calculate", "full_tuning_bytes"),
    "checkpointing_saving": _later("calculate", "checkpointing_saving"),
    "cache_formula": _later("calculate", "cache_formula"),
    "halved_batch": _later("calculate", "halved_batch"),
    "accumulated_gradient": _later("calculate", "accumulated_gradient"),
    "qlora_shrink": _later("compare", "qlora_shrink"),
    "zero_division": _later("compare", "zero_division"),
    "tensor_division": _later("compare", "tensor_division"),
    "deepspeed_fits": _later("compare", "deepspeed_fits"),
    "lora_remaining": _later("compare", "lora_remaining"),
    "prefix_numbers": _later("compare", "prefix_numbers"),
    "adapters_dropped": _later("compare", "adapters_dropped"),
    "adalora_memory": _later("check", "adalora_memory"),
    "rank_holds": _later("lora", "rank_holds"),
    "merged_into_16_bits": _later("lora", "merged_into_16_bits"),
    "full_step_in_lora_steps": _later("lora", "full_step_in_lora_steps"),
    "relora_rank": _later("lora", "relora_rank"),
    "forgotten_with_adapter": _later("lora", "forgotten_with_adapter"),
    "int8_against_nf4": _later("precision", "int8_against_nf4"),
    "four_bit_speed": _later("precision", "four_bit_speed"),
}
