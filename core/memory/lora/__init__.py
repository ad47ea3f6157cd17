"""LoRA written out: the low-rank update, merging, its file, and what tuning with it does and does not do."""
