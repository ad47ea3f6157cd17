"""Predictions drawn at random, for figures that must equal scikit-learn's whatever the predictions are."""

import numpy as np

from core.classification.predictions import Predictions


def drawn_predictions(
    seed: int = 0, texts: int = 200, classes: int = 5, sharpness: float = 2.0, ties: bool = False
) -> Predictions:
    """Labels with unequal shares, probabilities that lean towards them; some equal ones where `ties`."""
    generator = np.random.default_rng(seed)
    wanted = generator.choice(classes, texts, p=generator.dirichlet(np.full(classes, 2.0)))
    wanted[:classes] = np.arange(classes)
    logits = generator.normal(size=(texts, classes)) + sharpness * np.eye(classes)[wanted]
    if ties:
        logits = logits.round(0)
    powers = np.exp(logits)
    names = tuple(f"class {place:03d}" for place in range(classes))
    return Predictions(
        names,
        tuple(f"text {place}" for place in range(texts)),
        tuple(range(texts)),
        tuple(names[place] for place in wanted),
        powers / powers.sum(axis=1, keepdims=True),
    )
