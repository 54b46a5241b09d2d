"""Which samples make up each batch."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

import torch
from torch import Tensor

from synthetic._require import require

Sampling = Literal["stratified", "iid", "distinct", "epochs"]
"""The kinds of batches, one function below for each."""


class Batches(Iterator[Tensor]):
    """Endless batches of indices (batch_size,), which can be left and taken up again."""

    def __init__(self, draw: Callable[[], Tensor]) -> None:
        """`draw` makes the next batches, (any number of them, batch_size)."""
        self._draw, self._drawn, self._next = draw, torch.empty(0, 0, dtype=torch.int64), 0

    def __next__(self) -> Tensor:
        """The next batch."""
        if self._next == len(self._drawn):
            self._drawn, self._next = self._draw(), 0
        self._next += 1
        return self._drawn[self._next - 1]

    def state(self) -> dict[str, Any]:
        """Where it stands. What it draws from then on, its generator's own state decides."""
        return {"drawn": self._drawn, "next": self._next}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self._drawn, self._next = state["drawn"], state["next"]


def batches(
    sampling: Sampling, labels: Tensor, batch_size: int, *, generator: torch.Generator
) -> Batches:
    """Batches of samples with these labels (n_total,), of the kind asked for."""
    if sampling == "stratified":
        return stratified_batches(labels, batch_size, generator=generator)
    kinds = {"iid": iid_batches, "distinct": distinct_batches, "epochs": epoch_batches}
    require(
        sampling in kinds,
        'sampling "stratified", "iid", "distinct" or "epochs"',
        sampling=repr(sampling),
    )
    return kinds[sampling](len(labels), batch_size, generator=generator)


def iid_batches(n_total: int, batch_size: int, *, generator: torch.Generator) -> Batches:
    """Endless batches of indices drawn independently and uniformly, with replacement.

    So the class counts of a batch are multinomial and batches are independent, as the theorems on
    random batches assume; a sample may occur twice in a batch.
    """
    require(n_total >= 1, "n_total >= 1", n_total=n_total)
    require(batch_size >= 1, "batch_size >= 1", batch_size=batch_size)
    return Batches(
        lambda: torch.randint(
            n_total, (1, batch_size), generator=generator, device=generator.device
        )
    )


def distinct_batches(n_total: int, batch_size: int, *, generator: torch.Generator) -> Batches:
    """Endless batches of distinct indices, each a uniform subset, independent of the others."""
    order = _orders_of(n_total, batch_size, generator)
    return Batches(lambda: order()[None, :batch_size])


def epoch_batches(n_total: int, batch_size: int, *, generator: torch.Generator) -> Batches:
    """Endless shuffled passes over the samples, without an incomplete last batch.

    All distinct in a pass; with batch_size dividing n_total, every sample comes once in each.
    """
    order = _orders_of(n_total, batch_size, generator)
    whole = n_total // batch_size * batch_size
    return Batches(lambda: order()[:whole].reshape(-1, batch_size))


def stratified_batches(labels: Tensor, batch_size: int, *, generator: torch.Generator) -> Batches:
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
    n_steps = steps_per_epoch(labels, batch_size, sampling="stratified")

    def draw() -> Tensor:
        orders = [_orders(m, each, n_steps, generator) for m in members]
        return torch.stack(orders, dim=1).reshape(n_steps, batch_size)

    return Batches(draw)


def steps_per_epoch(labels: Tensor, batch_size: int, *, sampling: Sampling) -> int:
    """Batches in a pass: through the largest class if stratified, else n_total / batch_size."""
    if sampling != "stratified":
        return max(1, len(labels) // batch_size)
    counts = Counter(labels.tolist())
    return max(1, max(counts.values()) // (batch_size // len(counts)))


def _orders_of(n_total: int, batch_size: int, generator: torch.Generator) -> Callable[[], Tensor]:
    require(
        1 <= batch_size <= n_total,
        "1 <= batch_size <= n_total",
        batch_size=batch_size,
        n_total=n_total,
    )
    return lambda: torch.randperm(n_total, generator=generator, device=generator.device)


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
