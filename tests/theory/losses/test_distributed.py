"""The losses of samples spread over processes against those of one process."""

import tempfile
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch import distributed as dist
from torch.multiprocessing.spawn import spawn

from tests.theory.losses.cases import Batch, agree, draw_batch
from theory.losses import contrastive_losses, gathered_losses

SHARDS = (slice(0, 11), slice(11, 29))  # samples of each process
FIELDS = ("cl", "dcl", "nscl", "supcon", "gap")
WEIGHTS = {"cl": 1.0, "dcl": -0.5, "nscl": 2.0, "supcon": 0.25, "gap": 3.0}
TAUS = (1e-3, 0.5)  # of either arithmetic


def batch(tau: float) -> Batch:
    """Three classes, one of them of a single sample, each spread over the shards."""
    return draw_batch(sizes=[20, 8, 1], k=2, d=5, tau=tau, seed=3)


def step(z: Tensor, labels: Tensor, tau: float, *, together: bool) -> tuple[Tensor, Tensor]:
    """All five losses, and the gradient of a combination of them."""
    z = z.clone().requires_grad_()
    losses = gathered_losses if together else contrastive_losses
    found = losses(z, labels, tau, block=6)
    values = torch.stack([getattr(found, name) for name in FIELDS])
    total = values @ values.new_tensor([WEIGHTS[name] for name in FIELDS])
    return values.detach(), torch.autograd.grad(total, z)[0]


def of_rank(rank: int, where: str, shards: tuple[slice, ...]) -> None:
    """What one process does: its shard at every temperature, the results into a file."""
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{where}/meet", rank=rank, world_size=len(shards)
    )
    found = []
    for tau in TAUS:
        whole = batch(tau)
        ours = shards[rank]
        found.append(step(whole.z[ours], whole.labels[ours], tau, together=True))
    torch.save(found, Path(where) / f"{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_with_unequal_shards_are_one() -> None:
    with tempfile.TemporaryDirectory() as where:
        spawn(of_rank, (where, SHARDS), nprocs=len(SHARDS))  # type: ignore[no-untyped-call]  # torch leaves it untyped
        ranks = [torch.load(Path(where) / f"{rank}.pt") for rank in range(len(SHARDS))]
    size = sum(abs(weight) for weight in WEIGHTS.values())
    for at, tau in enumerate(TAUS):
        whole = batch(tau)
        values, gradient = step(whole.z, whole.labels, tau, together=False)
        for rank, found in enumerate(ranks):
            for name, value, wanted in zip(FIELDS, found[at][0], values, strict=True):
                slack = 2 * whole.tolerance(name, wanted.item())
                assert agree(value.item(), wanted.item(), slack), (tau, rank, name)
            error = (found[at][1] - gradient[SHARDS[rank]]).abs().max().item()
            assert agree(error, 0.0, 8 * size * whole.rounding / tau), (tau, rank)
        # The check sees samples that are in the wrong place.
        assert not agree((ranks[0][at][1] - gradient[-11:]).abs().max().item(), 0.0, 1e-3)


def test_a_group_is_needed() -> None:
    whole = batch(0.5)
    with pytest.raises(ValueError, match="need a process group, got none"):
        gathered_losses(whole.z, whole.labels, 0.5)
