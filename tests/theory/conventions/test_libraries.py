"""What libraries' losses are found to be: pytorch-metric-learning itself, others transcribed."""

import pytest
import torch
from pytorch_metric_learning.losses import NTXentLoss, SupConLoss
from torch import Tensor, nn

from tests.theory.conventions import libraries
from tests.theory.conventions.test_ours import evaluate, views
from tests.theory.losses.cases import agree
from theory.conventions import identify
from theory.losses import loss_rounding


@pytest.mark.parametrize("tau", [0.07, pytest.param(0.5, marks=pytest.mark.slow)])
def test_pml_ntxent_with_samples_as_labels(tau: float) -> None:
    found = identify(NTXentLoss() if tau == 0.07 else NTXentLoss(temperature=tau))
    assert (found.name, found.layout, found.tau) == ("ntxent", "rows, samples", tau)
    assert (found.scale, found.offset, found.normalises) == (1, 0, True)
    # With more positives each has its own denominator: neither NSCL nor SupCon.
    assert found.elsewhere == (f"rows, classes: unnamed, tau {tau}, mean",)
    assert (found.log, found.views) == ("pair", (2, 3))


def test_pml_ntxent_with_class_labels() -> None:
    found = identify(NTXentLoss(temperature=0.2), layout="rows, classes")
    assert (found.name, found.log, found.average_over) == ("unnamed", "pair", "pairs")
    assert (found.tau, found.scale, found.expression) == (0.2, 1, "")
    assert found.warnings[-1] == "known as: NT-Xent over all pairs of a class"


def test_pml_supcon() -> None:
    found = identify(SupConLoss())
    assert (found.name, found.layout, found.tau) == ("supcon", "rows, classes", 0.1)
    assert (found.scale, found.normalises, found.views) == (1, True, (2, 3))
    assert found.elsewhere == ("rows, samples: ntxent, tau 0.1, mean",)
    assert not found.warnings


def test_supcontrast_and_its_silent_scale() -> None:
    found = identify(libraries.SupContrast(temperature=0.5))
    assert (found.name, found.layout, found.tau) == ("supcon", "views, labels", 0.5)
    assert found.scale == pytest.approx(0.5 / 0.07, rel=1e-11)
    assert "scaled by 7.14286" in found.warnings[0]
    assert "base would be 0.07" in found.warnings[0]
    assert not found.normalises
    assert found.elsewhere == ("views: ntxent, tau 0.5, scale 7.14286, mean",)
    z, labels = views()
    theirs = libraries.SupContrast(temperature=0.5)(z, labels).item()
    slack = 2 * found.scale * loss_rounding(18, 3, 0.5, 2.0**-52)
    assert agree(evaluate(found.expression, z, labels), theirs, slack + found.rounding)


def test_supcontrast_at_its_base_temperature_is_plain() -> None:
    found = identify(libraries.SupContrast(), layout="views, labels")
    assert (found.name, found.tau, found.scale, found.warnings) == ("supcon", 0.07, 1, ())


def test_supcontrast_with_one_view_as_anchors() -> None:
    found = identify(libraries.SupContrast(mode="one"), layout="views, labels")
    assert (found.name, found.anchors, found.tau) == ("unnamed", "first", 0.07)
    assert "only the first view's rows are anchors" in found.warnings


@pytest.mark.parametrize("coupled", [True, False])
def test_losses_of_two_batches(coupled: bool) -> None:
    found = identify(libraries.two_batches(coupled, 0.1))
    name = "ntxent" if coupled else "paired_dcl"
    assert (found.name, found.layout, found.tau, found.scale) == (name, "pair", 0.1, 1)
    assert found.positive_in_denominator is coupled
    assert found.own_views == ("others" if coupled else "none")
    assert found.normalises


def test_cross_entropy_over_positive_and_negatives() -> None:
    found = identify(libraries.info_nce(0.5), layout="stacked")
    assert (found.name, found.tau, found.scale, found.self_in_denominator) == (
        "ntxent", 0.5, 1, False
    )  # fmt: skip


def test_the_order_of_stacked_views_is_found() -> None:
    found = identify(libraries.info_nce(0.5))
    assert (found.name, found.layout) == ("ntxent", "stacked")
    assert found.elsewhere == ()
    assert identify(libraries.info_nce(0.5), layout="rows").name == "unknown"


def test_clip_is_infonce() -> None:
    found = identify(libraries.clip(0.07))
    assert (found.name, found.layout, found.bounds) == ("unnamed", "pair", ("infonce_minimum",))
    assert found.denominator == ("its other views", "every other sample in other views")
    assert found.tau == 0.07


@pytest.mark.parametrize("mean", [True, False])
def test_supcon_in_form_is_not_supcon(mean: bool) -> None:
    found = identify(libraries.sup_in(0.3, mean=mean), layout="rows, classes")
    assert (found.name, found.log, found.tau, found.scale) == ("unnamed", "inside", 0.3, 1)
    assert found.sizes == ("" if mean else "positives summed")
    assert found.offset == 0


class Float32Only(nn.Module):
    """A module with parameters of the default dtype."""

    def __init__(self) -> None:  # noqa: D107 -- the class says it
        super().__init__()
        self.inverse = nn.Parameter(torch.tensor([[2.0]]))

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """NT-Xent at a learnt temperature; float64 is refused, as by a matrix product."""
        if first.dtype != self.inverse.dtype:
            raise RuntimeError("expected m1 and m2 to have the same dtype")
        return libraries.two_batches(True, 1.0 / self.inverse.item())(first, second)


def test_float32_has_float32_s_rounding() -> None:
    found = identify(Float32Only())
    assert (found.name, found.tau, found.scale) == ("ntxent", 0.5, 1)
    assert 1e-7 < found.rounding < 1e-2
