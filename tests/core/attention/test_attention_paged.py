"""PagedAttention: blocks belong to one request at a time, nothing is lost, copies only where shared."""

import pytest

from core.attention.paged import WAYS, Request, ServerMemory, draw_requests, serve
from core.attention.shared_prefix import share_prefix
from core.errors import GlassboxError


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(4))
def test_every_request_is_answered_and_no_block_has_two_owners(way, seed: int):
    requests, memory = draw_requests(25, 128, seed), ServerMemory(24, 16, 128)
    run = serve(requests, memory, way)
    for step in run.steps:
        blocks = [block for held in step.held for block in held.blocks]
        assert len(blocks) == len(set(blocks)) <= memory.blocks
        assert all(held.tokens <= len(held.blocks) * memory.block_size for held in step.held)
        assert step.finished + step.waiting + len(step.held) == len(requests)
    last = run.steps[-1]
    assert last.finished + len(last.held) == len(requests)
    assert not last.waiting


def test_a_paged_request_wastes_less_than_a_block_and_a_reservation_all_it_does_not_use():
    requests, memory = (Request(0, 5, 6),), ServerMemory(8, 4, 16)
    paged, contiguous = (serve(requests, memory, way) for way in ("paged", "contiguous"))
    assert [len(step.held[0].blocks) for step in paged.steps] == [2, 2, 2, 3, 3, 3]
    assert [len(step.held[0].blocks) for step in contiguous.steps] == [4] * 6
    assert contiguous.used_share == sum(range(6, 12)) / (6 * 16)
    assert paged.empty_places == (3 * 8 + 3 * 12 - sum(range(6, 12))) / 6


def test_a_full_memory_sends_the_last_request_back_and_it_keeps_its_tokens():
    requests = (Request(0, 4, 8), Request(1, 4, 8))
    run = serve(requests, ServerMemory(4, 4, 12), "paged")
    assert run.preemptions == 1
    back = next(step for step in run.steps if step.preempted)
    assert (back.number, back.preempted) == (5, (1,))
    assert len(run.steps) == 12  # 8 for the first, then the 4 that the second still lacked


def test_pages_hold_more_requests_than_reservations_for_every_seed():
    for seed in range(5):
        requests = draw_requests(40, 256, seed)
        contiguous, paged = (serve(requests, ServerMemory(), way) for way in WAYS)
        assert paged.together > 2 * contiguous.together
        assert len(paged.steps) < len(contiguous.steps)


def test_lengths_hang_on_the_seed_alone_and_stay_within_the_limit():
    assert draw_requests(9, 64, 3) == draw_requests(9, 64, 3) != draw_requests(9, 64, 4)
    assert all(request.prompt + request.answer <= 64 for request in draw_requests(200, 64, 0))
    with pytest.raises(GlassboxError, match="at least 1 request"):
        draw_requests(0, 64, 0)


def test_a_request_larger_than_the_memory_is_refused():
    with pytest.raises(GlassboxError, match="Enlarge the memory"):
        serve((Request(0, 30, 10),), ServerMemory(2, 16, 64), "paged")


def test_counts_are_the_tables_and_a_full_last_block_is_never_copied():
    for prompt in (5, 8):
        steps = share_prefix(prompt, 3, 4, 4)
        for step in steps:
            listed = [block for table in step.tables for block in table]
            assert [listed.count(block) for block in range(len(step.counts))] == list(step.counts)
        copies = sum(step.event == "copy" for step in steps)
        assert copies == (2 if prompt == 5 else 0)  # the last of the three may write in place
        assert steps[-1].used_blocks < steps[-1].unshared_blocks
    with pytest.raises(GlassboxError):
        share_prefix(0, 2, 1, 4)
