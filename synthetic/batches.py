"""Which samples make up each batch."""

from collections import Counter
from collections.abc import Iterator

import torch
from torch import Tensor

from synthetic._require import require


def iid_batches(n_total: int, batch_size: int, *, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless batches of indices drawn independently and uniformly, with replacement.

    So the class counts of a batch are multinomial and batches are independent, as the theorems on
    random batches assume; a sample may occur twice in a batch.
    """
    require(n_total >= 1, "n_total >= 1", n_total=n_total)
    require(batch_size >= 1, "batch_size >= 1", batch_size=batch_size)

    def draw() -> Iterator[Tensor]:
        while True:
            yield torch.randint(
                n_total, (batch_size,), generator=generator, device=generator.device
            )

    return draw()


def stratified_batches(
    labels: Tensor, batch_size: int, *, generator: torch.Generator
) -> Iterator[Tensor]:
    """Endless batches of indices, batch_size / C of each class, sorted by class, all distinct.

    Every class goes through its samples in fresh random orders; what does not fill a last batch of
    an order is left out of that order, so small classes come round more often.
    """
    classes = sorted(set(labels.tolist()))
    c = len(classes)
    require(
        batch_size >= 1 and batch_size % c == 0,
        "batch_size a positive multiple of n_classes",
        batch_size=batch_size,
        n_classes=c,
    )
    each = batch_size // c
    members = [(labels == i).nonzero()[:, 0].to(generator.device) for i in classes]
    smallest = min(len(m) for m in members)
    require(
        smallest >= each,
        "batch_size / n_classes <= smallest class",
        batch_size=batch_size,
        n_classes=c,
        smallest=smallest,
    )

    def draw() -> Iterator[Tensor]:
        n_steps = steps_per_epoch(labels, batch_size, stratified=True)
        while True:
            orders = [_orders(m, each, n_steps, generator) for m in members]
            yield from torch.stack(orders, dim=1).reshape(n_steps, batch_size)

    return draw()


def steps_per_epoch(labels: Tensor, batch_size: int, *, stratified: bool) -> int:
    """Batches in a pass: through the largest class if stratified, else n_total / batch_size."""
    if not stratified:
        return max(1, len(labels) // batch_size)
    counts = Counter(labels.tolist())
    return max(1, max(counts.values()) // (batch_size // len(counts)))


def _orders(members: Tensor, each: int, n_steps: int, generator: torch.Generator) -> Tensor:
    """Indices (n_steps, each), without repetition within each pass over the members."""
    per_pass = len(members) // each
    passes = -(-n_steps // per_pass)
    # float64 keys: equal ones would favour the earlier sample, and there are none in practice.
    keys = torch.rand(
        passes, len(members), generator=generator, device=generator.device, dtype=torch.float64
    )
    order = keys.argsort(dim=1)[:, : per_pass * each].reshape(-1, each)
    return members[order[:n_steps]]
