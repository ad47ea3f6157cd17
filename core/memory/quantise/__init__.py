"""Number formats and quantisation written out: bits, rounding, codebooks, packing, and what they cost."""
