"""Architectures of one's own: equal to published ones of the same sizes, and to torch's count."""

import pytest

from core.memory.config_json import architecture_from
from core.memory.layout import layout
from core.memory.meta_device import counted_on_meta_device
from core.memory.own_config import OwnSizes, group_sizes, own_config
from core.memory.presets import families, family_of, presets


def test_the_sizes_of_published_models_give_their_parameters():
    smollm2 = OwnSizes("llama", 30, 9, 64, 3, 1536 / 576, 49_152, tied=True)
    llama_3 = OwnSizes("llama", 32, 32, 128, 8, 3.5, 128_256)
    for sizes, count in ((smollm2, 134_515_008), (llama_3, 8_030_261_248)):
        assert layout(architecture_from(own_config(sizes))).parameters == count


@pytest.mark.parametrize(
    "sizes",
    [
        OwnSizes("llama", 2, 4, 64, 2, 2.67, 1000),
        OwnSizes("llama", 2, 4, 64, 4, 3.5, 1000, tied=True, experts=4),
        OwnSizes("gpt2", 2, 4, 64, 4, 4.0, 1000, tied=True),
        OwnSizes("gpt2", 1, 2, 64, 2, 4.0, 1000, tied=False),
    ],
)
def test_torch_counts_the_same(sizes: OwnSizes):
    config = own_config(sizes)
    assert counted_on_meta_device(config) == layout(architecture_from(config)).parameters


def test_groups_divide_the_heads():
    assert all(heads % size == 0 for heads in range(1, 97) for size in group_sizes(heads))
    assert group_sizes(1) == (1,)


def test_every_preset_is_in_one_family():
    found = [entry.name for entries in families().values() for entry in entries]
    assert sorted(found) == sorted(presets())
    assert all(entries for entries in families().values())
    assert all(
        entry.name in [e.name for e in families()[family_of(entry.name)]] for entry in presets().values()
    )
