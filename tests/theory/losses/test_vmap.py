"""Losses of many batches at once, by `torch.func.vmap`."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from theory import losses
from theory.losses import _checks as checks

TAU = 0.5
Loss = Callable[[Tensor, Tensor], Tensor]
LOSSES: dict[str, Loss] = {
    "cl": lambda z, labels: losses.cl(z, TAU),
    "dcl": lambda z, labels: losses.dcl(z, TAU),
    "nscl": lambda z, labels: losses.nscl(z, labels, TAU),
    "supcon": lambda z, labels: losses.supcon(z, labels, TAU),
    "ntxent": lambda z, labels: losses.ntxent(z, TAU),
    "balanced": lambda z, labels: losses.balanced(z, 1 / TAU, 1.0, mean=True),
    "balanced-classes": lambda z, labels: losses.balanced(
        z, 1 / TAU, 1.0, negatives="other-classes", labels=labels, mean=True
    ),
    "dhel": lambda z, labels: losses.dhel(z, TAU, both_energies=False),
    "uniformity": lambda z, labels: losses.uniformity(z),
}
LABELS = torch.tensor([[0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 1, 1], [5, 0, 5, 0, 5, 0]])


def batches() -> Tensor:
    """Unit rows (runs, n, k, d)."""
    z = torch.randn(3, 6, 2, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return normalize(z, dim=-1)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_many_batches_are_those_of_each(name: str) -> None:
    loss, z = LOSSES[name], batches()
    both = torch.func.vmap(torch.func.grad_and_value(loss))(z, LABELS)
    for i in range(len(z)):
        own = z[i].clone().requires_grad_()
        value = loss(own, LABELS[i])
        value.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        n, k, d = own.shape
        rounding = losses.loss_rounding(n * k, d, TAU, torch.finfo(z.dtype).eps)
        assert abs(both[1][i] - value) <= rounding
        # A gradient is a sum of n k softmax-weighted rows over tau: the same model, per entry.
        assert own.grad is not None
        assert float((both[0][i] - own.grad).abs().max()) <= rounding / TAU


def test_shapes_are_checked_inside_too() -> None:
    with pytest.raises(ValueError, match=r"need labels of shape \(n,\) = \(6,\), got \(5,\)"):
        torch.func.vmap(LOSSES["nscl"])(batches(), LABELS[:, :5])
    with pytest.raises(ValueError, match=r"need z of shape \(n, 2, d\), got \(6, 1, 4\)"):
        torch.func.vmap(LOSSES["ntxent"])(batches()[:, :, :1], LABELS)


def test_what_cannot_be_checked_inside_gives_no_finite_loss() -> None:
    one_class = torch.func.vmap(LOSSES["nscl"])(batches(), torch.zeros_like(LABELS))
    no_positive = torch.func.vmap(LOSSES["supcon"])(
        batches()[:, :, :1], torch.arange(6).expand(3, 6)
    )
    infinite = batches()
    infinite[:, 0] = torch.inf
    for values in (one_class, no_positive, torch.func.vmap(LOSSES["dcl"])(infinite, LABELS)):
        assert not values.isfinite().any()


def test_values_are_still_checked_where_they_can_be_read() -> None:
    with pytest.raises(ValueError, match=r"need a sample of another class for every anchor"):
        torch.func.grad(LOSSES["nscl"])(batches()[0], torch.zeros(6, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"need a sample of another class"):  # labels in common
        torch.func.vmap(lambda z: LOSSES["nscl"](z, torch.zeros(6, dtype=torch.int64)))(batches())


def test_a_check_that_reads_values_fails_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "readable", lambda x: True)
    with pytest.raises(RuntimeError, match="vmap"):
        torch.func.vmap(LOSSES["dcl"])(batches(), LABELS)
