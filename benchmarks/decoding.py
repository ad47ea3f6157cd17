"""How fast text is generated here, next to the libraries that professionals use, in the same run.

- Our decoding loop with its trace recorded, against transformers' `model.generate` on the same module.
- Our llama.cpp engine, streaming, against xllamacpp called directly with the same file and settings.
- Eight sampled texts in one batch against the same eight one after another.
"""

import argparse
from typing import Any

import torch

from benchmarks.measure import Work, interleaved_rates, machine
from core.decoding.generate import generate_batch, stream
from core.decoding.settings import DecodingSettings
from core.engines.choose import engine
from core.engines.language_model import LanguageModel
from core.engines.requests import GenerationRequest
from core.settings import settings
from core.shelf.load import load_language_model
from core.shelf.weights import verified_file

MODEL = "smollm2-135m"
PROMPT = "The history of computing begins with"
SEEDS = list(range(8))


def main() -> dict[str, Any]:
    """Measure and return the figures with their ratios; options come from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=96, help="new tokens in one run")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    threads = settings().thread_count
    torch.set_num_threads(threads)
    about = machine("torch", "transformers", "xllamacpp")
    model = load_language_model(MODEL)
    loops = interleaved_rates(_torch_works(model, options.tokens), options.repetitions)
    batches = interleaved_rates(_batch_works(model, options.tokens // 2), options.repetitions)
    fast = interleaved_rates(_llama_works(model, options.tokens, threads), options.repetitions)
    return {
        "torch_tokens_per_second": round(loops["ours"], 2),
        "generate_tokens_per_second": round(loops["generate"], 2),
        "torch_vs_generate": round(loops["ours"] / loops["generate"], 3),
        "llamacpp_tokens_per_second": round(fast["ours"], 2),
        "llamacpp_direct_tokens_per_second": round(fast["direct"], 2),
        "llamacpp_vs_direct": round(fast["ours"] / fast["direct"], 3),
        "batch8_tokens_per_second": round(batches["batch"], 2),
        "one_by_one_tokens_per_second": round(batches["one by one"], 2),
        "batch8_vs_1": round(batches["batch"] / batches["one by one"], 3),
        "new_tokens": options.tokens,
        "repetitions": options.repetitions,
        "threads": threads,
        **about,
    }


def _torch_works(model: LanguageModel, tokens: int) -> dict[str, Work]:
    ids = model.encode(PROMPT)
    ours = DecodingSettings(strategy="greedy", max_new_tokens=tokens, stop_at_end=False)
    prompt = torch.tensor([ids])

    def loop() -> int:
        return len(list(stream(model, ids, ours)))

    def generate() -> int:
        whole = model.module.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=tokens,
            do_sample=False,
            pad_token_id=0,
        )
        return int(whole.shape[1]) - len(ids)

    return {"ours": loop, "generate": generate}


def _batch_works(model: LanguageModel, tokens: int) -> dict[str, Work]:
    ids = model.encode(PROMPT)
    sampled = DecodingSettings(strategy="sample", top_p=0.95, max_new_tokens=tokens, stop_at_end=False)

    def texts(seeds: list[int]) -> int:
        return sum(len(text.steps) for text in generate_batch(model, [ids], seeds, sampled))

    return {"batch": lambda: texts(SEEDS), "one by one": lambda: sum(texts([seed]) for seed in SEEDS)}


def _llama_works(model: LanguageModel, tokens: int, threads: int) -> dict[str, Work]:
    llama = engine("llama.cpp", MODEL)
    request = GenerationRequest(PROMPT, max_new_tokens=tokens, stop_at_end=False)
    server = _direct_server(model.context_length, threads)
    body = {
        "prompt": PROMPT,
        "n_predict": tokens,
        "temperature": 0,
        "ignore_eos": True,
        "cache_prompt": False,
        "stream": True,
    }

    def direct() -> int:
        events: list[dict[str, Any]] = []
        server.handle_completions(body, events.append)
        return int(events[-1]["timings"]["predicted_n"])

    return {
        "ours": lambda: sum(chunk.tokens for chunk in llama.stream(request)),
        "direct": direct,
    }


def _direct_server(context_length: int, threads: int) -> Any:
    """xllamacpp as its own documentation uses it; its listener wants a key and ends with this program."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(verified_file(MODEL))
    parameters.n_ctx = context_length
    parameters.n_parallel = 1
    for cores in (parameters.cpuparams, parameters.cpuparams_batch):
        cores.n_threads = threads
        cores.poll = 0
    parameters.verbosity = -1
    parameters.api_keys = ["benchmark"]
    return xllamacpp.Server(parameters)
