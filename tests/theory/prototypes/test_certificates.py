"""The measured certificates: the fan, other ways to compute them, gradients and messages."""

import itertools
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from bounds import supervised_certificate
from tests.theory.prototypes.exact import fan
from theory.losses import dcl, loss_rounding, nscl, ntxent, paired_dcl
from theory.prototypes import (
    SupervisedCertificates,
    prototype_bias,
    supervised_certificates,
    supervised_objective,
)

ROOT = Path(__file__).parents[3]
FAN = {
    "objective": -1.712791687,
    "nscl": -1.664243202,
    "dcl": -0.261244087,
    "decoupled": -0.231090398,
    "ntxent": -0.053885766,
}


def batch(seed: int, n: int, k: int, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Views of n items in three classes, of which one has a single item."""
    generator = torch.Generator().manual_seed(seed)
    z = normalize(torch.randn(n, k, 5, generator=generator, dtype=torch.float64), dim=-1)
    labels = torch.where(torch.arange(n) == 0, 7, torch.arange(n) % 2 - 1)
    return z.to(dtype), labels


def error(z: Tensor, tau: float) -> float:
    """Of a certificate: twice a loss, and a bias of at most 1."""
    n, k, d = z.shape
    return 4 * tau * loss_rounding(n * k, d, tau, torch.finfo(z.dtype).eps)


def chain(found: SupervisedCertificates) -> list[Tensor]:
    values = (found.objective, found.nscl, found.dcl, found.decoupled, found.ntxent)
    return [x for x in values if x is not None]


def test_the_fan() -> None:
    z, labels = fan()
    found = supervised_certificates(z, labels, 0.25)
    assert {name: round(getattr(found, name).item(), 9) for name in FAN} == FAN
    assert abs(ntxent(z, 0.25).item() - 0.716949429879523) < error(z, 0.25)


@given(
    seed=st.integers(0, 2**31 - 1),
    n=st.integers(3, 9),
    k=st.integers(1, 4),
    tau=st.floats(0.02, 3),
    block=st.integers(1, 40),
    single=st.booleans(),
)
def test_one_pass_is_the_losses_one_by_one(
    seed: int, n: int, k: int, tau: float, block: int, single: bool
) -> None:
    z, labels = batch(seed, n, k, torch.float32 if single else torch.float64)
    found = supervised_certificates(z, labels, tau, block=block)
    squared = prototype_bias(z, labels).squared.item()
    rest = squared - tau * math.log(k)  # the smallest class has one item
    expected = [tau * loss.item() + rest for loss in (nscl(z, labels, tau), dcl(z, tau))]
    if k == 2:
        losses = paired_dcl(z, tau), ntxent(z, tau)
        expected += [supervised_certificate(x.item(), tau, squared, 1).item() for x in losses]
    assert all(x.dtype == z.dtype for x in chain(found))
    assert torch.equal(found.objective, supervised_objective(z, labels))
    for mine, other in zip(chain(found)[1:], expected, strict=True):
        assert abs(mine.item() - other) <= error(z, tau)
    assert all(a <= b + error(z, tau) for a, b in itertools.pairwise(chain(found)))


def test_one_positive_needs_two_views() -> None:
    for k in (1, 3):
        found = supervised_certificates(*batch(0, 6, k), 0.5)
        assert found.decoupled is None
        assert found.ntxent is None


def test_views_that_coincide_leave_one_positive_at_no_cost() -> None:
    z, labels = batch(1, 6, 1)
    found = supervised_certificates(z.expand(-1, 2, -1), labels, 0.5)
    assert found.decoupled is not None
    assert torch.equal(found.decoupled, found.dcl)


def test_gradients_are_those_of_the_dense_losses() -> None:
    z, labels = batch(2, 7, 2)
    z.requires_grad_()
    tau = 0.3
    found = supervised_certificates(z, labels, tau, block=3)
    squared = prototype_bias(z, labels).squared
    dense = [nscl(z, labels, tau), dcl(z, tau), paired_dcl(z, tau), ntxent(z, tau)]
    for mine, loss in zip(chain(found)[1:], dense, strict=True):
        (a,) = torch.autograd.grad(mine, z, retain_graph=True)
        (b,) = torch.autograd.grad(tau * loss + squared, z, retain_graph=True)
        assert torch.allclose(a, b, atol=error(z, tau), rtol=0)


def test_relabelling_and_reordering_change_nothing() -> None:
    z, labels = batch(3, 9, 2)
    order = torch.randperm(9, generator=torch.Generator().manual_seed(0))
    one = supervised_certificates(z, labels, 0.1)
    other = supervised_certificates(z[order].flip(1), 5 - 2 * labels[order], 0.1)
    for a, b in zip(chain(one), chain(other), strict=True):
        assert abs(a - b) <= error(z, 0.1)


def test_errors_say_what_is_needed() -> None:
    z, labels = batch(4, 4, 2)
    with pytest.raises(ValueError, match="need tau > 0, got tau=0"):
        supervised_certificates(z, labels, 0)
    with pytest.raises(ValueError, match="need a sample of another class for every anchor"):
        supervised_certificates(z, torch.zeros(4, dtype=torch.int64), 0.5)
    with pytest.raises(ValueError, match="need block >= 1, got block=0"):
        supervised_certificates(z, labels, 0.5, block=0)
    with pytest.raises(ValueError, match=r"need labels of shape \(n,\) = \(4,\)"):
        supervised_certificates(z, labels[:3], 0.5)


PROBE = """
import torch
from pathlib import Path
from theory.prototypes import supervised_certificates

def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])

def run(n):
    z = torch.nn.functional.normalize(torch.randn(n, 2, 4), dim=-1).requires_grad_()
    found = supervised_certificates(z, torch.arange(n) % 2, 0.5, block=64)
    (found.objective + found.nscl + found.ntxent).backward()

torch.manual_seed(0)
torch.set_num_threads(1)
run(64)
before = peak()
run(4000)
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's memory accounts")
def test_memory_holds_no_matrix_of_all_pairs() -> None:
    command = [sys.executable, "-c", PROBE]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    one_matrix = 4 * 8000**2
    assert int(done.stdout) < one_matrix / 4
