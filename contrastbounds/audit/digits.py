"""The real data that ship: scikit-learn's handwritten digits through a small encoder."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from contrastbounds.audit._threads import one_thread
from contrastbounds.embeddings import Embeddings, embeddings
from synthetic import Augment, Labelled, additive_noise, compose, make_views, mlp, train
from theory import losses

SIDE = 8  # pixels
HELD_OUT = 100  # of each digit: balanced, so that every theorem applies
STEPS = 1500
TAU = 1.0  # of the training, and of the audit by default
BATCH = 200


def digits(
    *, seed: int, steps: int = STEPS, advance: Callable[[], object] = lambda: None
) -> Embeddings:
    """Two views of held-out digits, embedded by an encoder that was trained with DCL on the rest.

    100 digits of each class are held out and audited, the other 797 are trained on, without their
    labels. A view is a shift by up to one pixel and noise of standard deviation 0.1 (ink is 1).
    On one thread: the matrices are small, and the sums do not depend on the number of cores.
    """
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

    def dcl(z: Tensor, labels: Tensor) -> Tensor:
        advance()
        return losses.dcl(z, TAU)

    world = Labelled(x=x[~held_out], labels=y[~held_out])
    with one_thread():
        train(
            encoder,
            world,
            dcl,
            generator=generator,
            augment=augment,
            steps=steps,
            batch_size=BATCH,
            sampling="iid",
        )
        with torch.no_grad():
            z = encoder(make_views(x[held_out], 2, augment, generator=generator))
    return embeddings(
        z.numpy(),
        y[held_out].numpy(),
        source=f"handwritten digits, {HELD_OUT} held out of each, encoder trained with DCL on 797",
    )


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
