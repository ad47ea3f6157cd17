"""How an image enters a language model: cut into patches, each one a vector, projected to the model's width.

An image of height H, width W and 3 colours becomes (H / P) (W / P) patches of P * P * 3 numbers. A
matrix turns each into a vector of the vision encoder's width (the same as a convolution with stride P);
after the encoder a small projector turns it into a vector of the language model's width, and these
stand in the prompt as if they were tokens.

No vision model is trained or loaded here: cutting, counting and shapes are exact, what the encoder sees
is not shown.

Sources: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", section 3.1, equation 1; Liu et al.
2023, "Visual Instruction Tuning" (LLaVA), section 4.1; Liu et al. 2024, "Improved Baselines"
(LLaVA-1.5), section 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import GlassboxError

Image = NDArray[np.uint8]
"""(height, width, 3), colours from 0 to 255."""

PICTURES = ("hills", "letters", "board")


@dataclass(frozen=True)
class ImageModel:
    """A published model that reads images; sizes from its paper or config.json."""

    title: str
    resolution: int
    patch: int
    vision_width: int
    vision_layers: int
    text_width: int
    text_parameters: int
    projector_layers: int
    source: str

    @property
    def tokens(self) -> int:
        """Image tokens in the prompt; the encoder's own class token is dropped."""
        return patch_count(self.resolution, self.patch)

    @property
    def projector(self) -> int:
        """Parameters between the two models, biases included."""
        first = self.vision_width * self.text_width + self.text_width
        return first + (self.projector_layers - 1) * (self.text_width**2 + self.text_width)

    @property
    def vision(self) -> int:
        """Parameters of the CLIP vision encoder."""
        return clip_vision_parameters(self.resolution, self.patch, self.vision_width, self.vision_layers)

    @property
    def projector_share(self) -> float:
        """Of all parameters, those of the projector."""
        return self.projector / (self.vision + self.projector + self.text_parameters)


VICUNA_7B = 6_738_415_616
"""LLaMA 7B, of which Vicuna 7B is a tuned copy."""
MODELS = (
    ImageModel("LLaVA 7B", 224, 14, 1024, 24, 4096, VICUNA_7B, 1, "https://arxiv.org/abs/2304.08485"),
    ImageModel("LLaVA-1.5 7B", 336, 14, 1024, 24, 4096, VICUNA_7B, 2, "https://arxiv.org/abs/2310.03744"),
)


def patch_count(resolution: int, patch: int) -> int:
    """Patches of a square image.

    Raises:
        GlassboxError: the patches do not fill the image exactly.

    >>> patch_count(224, 16), patch_count(336, 14)
    (196, 576)
    """
    if patch < 1 or resolution < patch or resolution % patch:
        raise GlassboxError("attention.families.error.patch", resolution=resolution, patch=patch)
    return (resolution // patch) ** 2


def patches(image: Image, patch: int) -> NDArray[np.float64]:
    """(count, patch * patch * 3) numbers between 0 and 1, patches by rows, pixels by rows, colours last.

    Raises:
        GlassboxError: the image is not square or the patches do not fill it.

    >>> cut = patches(np.arange(48, dtype=np.uint8).reshape(4, 4, 3), 2)
    >>> cut.shape, (cut[1, :3] * 255).round().tolist()
    ((4, 12), [6.0, 7.0, 8.0])
    """
    side = image.shape[0]
    if image.shape != (side, side, 3):
        raise GlassboxError("attention.families.error.patch", resolution=side, patch=patch)
    patch_count(side, patch)
    grid = image.reshape(side // patch, patch, side // patch, patch, 3).transpose(0, 2, 1, 3, 4)
    return np.asarray(grid.reshape(-1, patch * patch * 3) / 255.0)


def joined(vectors: NDArray[np.float64], patch: int) -> Image:
    """The square image of these patches, the inverse of `patches`."""
    side = int(len(vectors) ** 0.5)
    grid = vectors.reshape(side, side, patch, patch, 3).transpose(0, 2, 1, 3, 4)
    return np.asarray((grid.reshape(side * patch, side * patch, 3) * 255).round(), np.uint8)


def shuffled(vectors: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The same patches in another order: for a model without positions, the same image."""
    return np.asarray(np.random.default_rng(seed).permutation(vectors))


def project(vectors: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """(count, numbers) patches times (width, numbers): one vector of the encoder's width for each patch."""
    return np.asarray(vectors @ weight.T)


def clip_vision_parameters(resolution: int, patch: int, width: int, layers: int) -> int:
    """CLIP's vision Transformer: patches without bias, class token, positions, a norm before and after.

    >>> clip_vision_parameters(336, 14, 1024, 24)
    303507456
    """
    positions = patch_count(resolution, patch) + 1
    layer = 12 * width * width + 13 * width
    return 3 * patch * patch * width + (1 + positions) * width + 2 * 2 * width + layers * layer


def picture(name: str, side: int) -> Image:
    """A picture drawn from formulas: hills under a sun, rows of dark strokes like letters, or a chess board.

    Raises:
        GlassboxError: there is no such picture.
    """
    if name not in PICTURES:
        raise GlassboxError("attention.families.error.picture", name=name[:40], known=", ".join(PICTURES))
    down, right = np.mgrid[0:side, 0:side] / side
    painted = {"hills": _hills, "letters": _letters, "board": _board}[name](down, right)
    return np.asarray((painted * 255).round(), np.uint8)


Plane = NDArray[np.float64]


def _hills(down: Plane, right: Plane) -> Plane:
    sky = np.stack([0.55 + 0.35 * down, 0.75 + 0.15 * down, np.full_like(down, 0.95)], -1)
    sun = (right - 0.74) ** 2 + (down - 0.24) ** 2 < 0.012
    sky[sun] = (1.0, 0.84, 0.3)
    far = down > 0.58 + 0.09 * np.sin(6.0 * right + 0.5)
    sky[far] = (0.42, 0.62, 0.5)
    near = down > 0.76 + 0.07 * np.sin(9.0 * right + 2.6)
    sky[near] = (0.2, 0.42, 0.27)
    house = (abs(right - 0.3) < 0.075) & (down > 0.62) & (down < 0.78)
    sky[house] = (0.86, 0.82, 0.74)
    roof = (down > 0.53) & (down < 0.62) & (abs(right - 0.3) < 0.1 * (down - 0.52) / 0.1)
    sky[roof] = (0.7, 0.27, 0.2)
    return np.asarray(sky)


def _letters(down: Plane, right: Plane) -> Plane:
    """Strokes whose places come from a fixed pseudo-random pattern; margins as on a page."""
    line, within = np.divmod(down * 20, 1.0)
    column, across = np.divmod(right * 36, 1.0)
    pattern = np.modf(np.sin(line * 12.9898 + column * 78.233) * 43758.5453)[0]
    upright = (abs(across - 0.3) < 0.16) & (abs(pattern) < 0.6)
    bar = (abs(within - 0.35 - 0.3 * abs(pattern)) < 0.09) & (across < 0.8) & (abs(pattern) > 0.15)
    on_line = (within > 0.2) & (within < 0.8) & (abs(pattern) < 0.85)
    margin = (right > 0.08) & (right < 0.92) & (down > 0.1) & (down < 0.9)
    page = np.where(((upright | bar) & on_line & margin)[..., None], 0.12, 0.97)
    return np.broadcast_to(page, (*down.shape, 3))


def _board(down: Plane, right: Plane) -> Plane:
    dark = (np.floor(down * 8) + np.floor(right * 8)) % 2 == 1
    return np.where(dark[..., None], np.array([0.45, 0.3, 0.2]), np.array([0.95, 0.9, 0.8]))
