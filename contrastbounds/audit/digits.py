"""The real data that ship: scikit-learn's handwritten digits through a small encoder."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from contrastbounds.embeddings import Embeddings, Items, embeddings, items
from synthetic import (
    Augment,
    Labelled,
    Loss,
    additive_noise,
    compose,
    make_views,
    mlp,
    train_coupled,
)
from synthetic.training import one_thread
from theory import losses

SIDE = 8  # pixels
HELD_OUT = 100  # of each digit: balanced, so that every theorem applies
STEPS = 1500
TAU = 1.0  # of the training, and of the audit by default
BATCH = 200


Advance = Callable[[], None]


def digits(*, seed: int, steps: int = STEPS, advance: Advance = lambda: None) -> Embeddings:
    """Two views of held-out digits, embedded by an encoder that was trained with DCL on the rest.

    100 digits of each class are held out and audited, the other 797 are trained on, without their
    labels. A view is a shift by up to one pixel and noise of standard deviation 0.1 (ink is 1).
    On one thread: the matrices are small, and the sums do not depend on the number of cores.
    """
    z, labels = _trained({"DCL": _dcl}, seed=seed, steps=steps, advance=advance)
    return embeddings(
        z["DCL"],
        labels,
        source=f"handwritten digits, {HELD_OUT} held out of each, encoder trained with DCL on 797",
    )


def digits_twins(
    *, seed: int, steps: int = STEPS, advance: Advance = lambda: None
) -> tuple[Embeddings, Items]:
    """What `digits` gives, and the same views by a twin of the encoder trained with NSCL.

    The twins share their first weights, batches and views; only NSCL sees the labels.
    """
    z, labels = _trained({"DCL": _dcl, "NSCL": _nscl}, seed=seed, steps=steps, advance=advance)
    first = embeddings(
        z["DCL"],
        labels,
        source=f"digits by DCL, {HELD_OUT} held out of each, encoder trained on 797",
    )
    return first, items(z["NSCL"], labels, source="digits by NSCL")


def _dcl(z: Tensor, labels: Tensor) -> Tensor:
    return losses.dcl(z, TAU)


def _nscl(z: Tensor, labels: Tensor) -> Tensor:
    return losses.nscl(z, labels, TAU)


def _trained(
    wanted: Mapping[str, Loss], *, seed: int, steps: int, advance: Advance
) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.int64]]:
    """Unit rows (n, 2, 64) of the held-out digits by an encoder for each loss, and labels (n,)."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    generator = torch.Generator().manual_seed(seed)
    x = torch.from_numpy(np.asarray(pixels, dtype=np.float32) / 16.0)
    y = torch.from_numpy(np.asarray(labels, dtype=np.int64))
    held_out = _held_out(y, generator)
    augment = compose(random_shift(), additive_noise(0.1))
    encoder = mlp(
        (SIDE * SIDE, 256, 128), projector=(128, 64), generator=generator, dtype=torch.float32
    )

    with one_thread():
        twins = train_coupled(
            encoder,
            Labelled(x=x[~held_out], labels=y[~held_out]),
            wanted,
            generator=generator,
            augment=augment,
            steps=steps,
            batch_size=BATCH,
            sampling="iid",
            on_step=lambda step: advance(),
        )
        views = make_views(x[held_out], 2, augment, generator=generator)
        with torch.no_grad():
            z = {name: encoder(views).numpy() for name, encoder in twins.encoders.items()}
    return z, y[held_out].numpy()


def random_shift(pixels: int = 1) -> Augment:
    """Shift flattened square images by up to `pixels` in both directions, zeros moving in."""

    def augment(x: Tensor, generator: torch.Generator) -> Tensor:
        images = x.reshape(-1, SIDE, SIDE)
        shift = torch.randint(-pixels, pixels + 1, (2, len(images), 1), generator=generator)
        row, column = torch.arange(SIDE) + shift  # (n, side) each: where a pixel comes from
        seen = _inside(row)[:, :, None] & _inside(column)[:, None]
        at = torch.arange(len(images))[:, None, None]
        moved = images[at, row.clamp(0, SIDE - 1)[:, :, None], column.clamp(0, SIDE - 1)[:, None]]
        return torch.where(seen, moved, 0.0).reshape(x.shape)

    return augment


def _inside(at: Tensor) -> Tensor:
    return (at >= 0) & (at < SIDE)


def _held_out(labels: Tensor, generator: torch.Generator) -> Tensor:
    """A mask with `HELD_OUT` random samples of every class."""
    mask = torch.zeros(len(labels), dtype=torch.bool)
    for c in range(10):
        members = (labels == c).nonzero()[:, 0]
        mask[members[torch.randperm(len(members), generator=generator)[:HELD_OUT]]] = True
    return mask
