"""How much memory a plan takes: every term, from formulas alone.

Nothing is loaded or run, so that a reader's change of a control is answered at once.
"""

from dataclasses import replace
from functools import cache

from core.memory.activations import Activations, StepPlan, activations
from core.memory.architecture import Architecture
from core.memory.breakdown import Breakdown, Term
from core.memory.key_value_cache import cache_bytes, cache_bytes_per_token
from core.memory.layout import active_parameters, layout
from core.memory.methods import Method
from core.memory.modules import TensorGroup
from core.memory.number_formats import BYTES, QUANTISED, stored_bytes
from core.memory.optimizers import importance_bytes, is_paged, state_bytes
from core.memory.parallel import Parallel, Stage, stages
from core.memory.plan import Plan, check_plan
from core.memory.temporary import inference_buffers, training_buffers
from core.memory.trained import (
    Trained,
    count,
    saved_numbers,
    trainable_parameters,
    trained_layers,
    trained_tensors,
)


def predict(plan: Plan) -> Breakdown:
    """The breakdown of the device that needs most.

    Raises:
        GlassboxError: the plan cannot be.

    >>> from core.memory.plan import plan_from
    >>> lora = predict(plan_from({"preset": "smollm2-135m", "method": "lora", "dtype": "fp32"}))
    >>> lora.trainable_parameters, lora.bytes_of("gradients"), lora.bytes_of("weights")
    (460800, 1843200, 538060032)
    """
    check_plan(plan)
    architecture, method = plan.architecture, plan.method
    pipeline = stages(architecture, plan.parallel, trained_layers(architecture, method), plan.accumulation)
    answers = [_breakdown(plan, stage) for stage in pipeline]
    return max(answers, key=lambda answer: answer.total_per_device)


def _breakdown(plan: Plan, stage: Stage) -> Breakdown:
    method, saved = plan.method, None
    held = _held(plan, stage)
    trained = trained_tensors(plan.architecture, method, stage, plan.parallel.tensor)
    terms = [_weights(plan, held), _adapter(plan, trained)]
    if method.trains:
        saved = activations(_step_plan(plan), stage)
        terms += [_gradients(plan, trained), _states(plan, trained), _master(plan, trained)]
        terms += _saved_terms(plan, stage, saved)
        terms.append(training_buffers(plan, stage, saved, count(trained.base) + count(trained.added)))
    else:
        terms += [inference_buffers(plan), _cache(plan)]
    terms.append(Term("context", plan.context_bytes, {"bytes": plan.context_bytes}))
    whole = _whole_model(plan.architecture, method)
    each = BYTES[method.number_format] if method.adds else BYTES[plan.precision.weights]
    return Breakdown(
        plan=plan,
        stage=stage.name,
        terms=tuple(term for term in terms if term.bytes),
        saved=saved,
        parameters=layout(plan.architecture).parameters,
        active_parameters=active_parameters(plan.architecture),
        trainable_parameters=whole[0],
        adapter_bytes=whole[1] * each,
    )


@cache
def _whole_model(architecture: Architecture, method: Method) -> tuple[int, int]:
    """Trainable parameters and numbers of the saved file, on all devices together."""
    if not method.trains:
        return 0, 0
    return trainable_parameters(architecture, method), saved_numbers(architecture, method)


def _held(plan: Plan, stage: Stage) -> tuple[tuple[TensorGroup, bool], ...]:
    """The stage's tensors on one tensor-parallel device, and whether each is a block's matrix."""
    parts = plan.parallel.tensor
    held = [(group, False) for module in stage.outside for group in module.tensors(parts)]
    for block, _ in stage.blocks:
        for module in block.modules:
            for group in module.tensors(parts):
                more = TensorGroup(group.name, group.shape, group.copies * block.count)
                held.append((more, module.kind == "linear" and group.name.endswith(".weight")))
    return tuple(held)


def _quantised_format(plan: Plan) -> str:
    if plan.method.name == "qlora":
        return plan.method.base_format
    return plan.weight_format if plan.weight_format in QUANTISED else ""


def _weights(plan: Plan, held: tuple[tuple[TensorGroup, bool], ...]) -> Term:
    """Parameters times their bytes; ZeRO-3 divides them among the copies.

    Source of the division: Rajbhandari et al. 2019, section 5.3.
    """
    packed = _quantised_format(plan)
    rest_format = plan.weight_format if plan.weight_format in BYTES else plan.precision.weights
    matrices = [group for group, is_matrix in held if is_matrix and packed]
    rest = [group for group, is_matrix in held if not (is_matrix and packed)]
    matrix_bytes = sum(stored_bytes(group, packed) for group in matrices)
    rest_bytes = sum(stored_bytes(group, rest_format) for group in rest)
    numbers = count(tuple(matrices))
    values: dict[str, object] = {
        "parameters": numbers + count(tuple(rest)),
        "packed": numbers,
        "packed_bits": 8 * matrix_bytes / numbers if numbers else 0.0,
        "rest": count(tuple(rest)),
        "rest_bytes": BYTES[rest_format],
    }
    term = _shared("weights", matrix_bytes + rest_bytes, values, plan, 3, plan.parallel.offload == "all")
    return replace(term, variant="packed" if packed else "")


def _adapter(plan: Plan, trained: Trained) -> Term:
    each = BYTES[plan.method.number_format]
    values: dict[str, object] = {"numbers": count(trained.added), "each": each}
    return _shared("adapter", count(trained.added) * each, values, plan, least_zero=3)


def _gradients(plan: Plan, trained: Trained) -> Term:
    """One number for each trained one. Source: Rajbhandari et al. 2019, sections 3.1 and 5.2."""
    each, added = BYTES[plan.precision.gradients], _added_formats(plan)[0]
    total = count(trained.base) * each + count(trained.added) * BYTES[added]
    values = _trained_values(trained, each, BYTES[added])
    term = _shared("gradients", total, values, plan, least_zero=2, offload=plan.parallel.offload != "none")
    if not trained.added:
        return term
    return replace(term, variant="both" if trained.base else "added")


def _states(plan: Plan, trained: Trained) -> Term:
    """What the optimizer remembers, AdaLoRA's importance scores included.

    Source: Rajbhandari et al. 2019, sections 3.1 and 5.1.
    """
    total = state_bytes(plan.optimizer, trained.base, plan.precision.states)
    total += state_bytes(plan.optimizer, trained.added, _added_formats(plan)[1])
    scores = importance_bytes(trained.added) if plan.method.name == "adalora" else 0
    total += scores
    values: dict[str, object] = {
        "numbers": trained.numbers,
        "optimizer": plan.optimizer,
        "each": total / max(trained.numbers, 1),
        "scores": scores,
    }
    term = _shared("states", total, values, plan, least_zero=1, offload=plan.parallel.offload != "none")
    term = replace(term, variant="scored" if scores else "")
    if is_paged(plan.optimizer) and term.place == "device":
        return replace(term, place="paged")
    return term


def _master(plan: Plan, trained: Trained) -> Term:
    """The float32 copy that mixed precision changes. Source: Micikevicius et al. 2017, section 3.1."""
    each = BYTES[plan.precision.master] if plan.precision.master else 0
    numbers = count(trained.base)
    if plan.method.number_format != "fp32":
        numbers += count(trained.added)
    values: dict[str, object] = {"numbers": numbers, "each": each}
    return _shared(
        "master", numbers * each, values, plan, least_zero=1, offload=plan.parallel.offload != "none"
    )


def _added_formats(plan: Plan) -> tuple[str, str]:
    """Formats of the gradients and of the states of added weights."""
    if plan.method.number_format == "fp32":
        return "fp32", "fp32"
    return plan.precision.gradients, plan.precision.states


def _trained_values(trained: Trained, base_each: int, added_each: int) -> dict[str, object]:
    return {
        "base": count(trained.base),
        "base_each": base_each,
        "added": count(trained.added),
        "added_each": added_each,
    }


def _shared(
    name: str, total: int, values: dict[str, object], plan: Plan, least_zero: int, offload: bool = False
) -> Term:
    """A term that ZeRO divides from stage `least_zero` on and that offloading may move to the host."""
    parts = plan.parallel.copies if plan.parallel.zero >= least_zero else 1
    filled = {**values, "parts": parts, "tensor": plan.parallel.tensor}
    return Term(name, -(-total // parts), filled, "host" if offload else "device")


def _saved_terms(plan: Plan, stage: Stage, saved: Activations) -> list[Term]:
    """What waits for the backward pass: in the blocks, outside them, and for the loss."""
    blocks = sum(block.count for block in saved.blocks)
    return [
        Term(
            "activations",
            stage.in_flight * saved.block_bytes,
            {
                "blocks": blocks,
                "each": saved.block_bytes / max(blocks, 1),
                "in_flight": stage.in_flight,
                "tokens": plan.batch * plan.length,
            },
        ),
        Term("outside", stage.in_flight * saved.outside_bytes, {"in_flight": stage.in_flight}),
        Term(
            "loss",
            stage.in_flight * saved.loss_bytes,
            {
                "logits": saved.logits,
                "in_flight": stage.in_flight,
                "vocabulary": plan.architecture.vocabulary,
            },
        ),
    ]


def _cache(plan: Plan) -> Term:
    """Shared by tensor-parallel devices (by heads) and by the pipeline's stages (by layers)."""
    number_format = plan.cache_format or plan.precision.compute
    latent = plan.architecture.latent is not None
    parts = plan.parallel.pipeline * (1 if latent else plan.parallel.tensor)
    total = cache_bytes(plan.architecture, plan.batch, plan.length, number_format)
    values: dict[str, object] = {
        "batch": plan.batch,
        "length": plan.length,
        "each": cache_bytes_per_token(plan.architecture, number_format),
        "parts": parts,
    }
    return Term("kv_cache", -(-total // parts), values)


def _step_plan(plan: Plan) -> StepPlan:
    return StepPlan(
        architecture=plan.architecture,
        method=plan.method,
        precision=plan.precision,
        batch=plan.batch,
        length=plan.length,
        checkpointing=plan.checkpointing,
        flash=plan.attention == "flash",
        parallel=plan.parallel,
        on_processor=plan.processor == "cpu",
    )


def zero_model_states(parameters: float, stage: int, devices: int, states: int = 12) -> float:
    """Bytes of weights, gradients and states on one of `devices`: 2 + 2 + K bytes a parameter, divided.

    Source: Rajbhandari et al. 2019, "ZeRO", section 5 and table 1 (K = 12: float32 copy, mean, square).

    >>> [round(zero_model_states(7.5e9, stage, 64) / 1e9, 1) for stage in (0, 1, 2, 3)]
    [120.0, 31.4, 16.6, 1.9]
    """
    parts = Parallel(devices=devices).copies
    weights, gradients, kept = 2.0, 2.0, float(states)
    kept /= parts if stage >= 1 else 1
    gradients /= parts if stage >= 2 else 1
    weights /= parts if stage >= 3 else 1
    return parameters * (weights + gradients + kept)
