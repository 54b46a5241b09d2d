"""The nearest prototype's error against exact distances, and its certificate."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from tests.strategies import parameters
from tests.theory.prototypes.exact import Exact, as_mp, slack
from theory.claims import all_claims
from theory.claims.lee2025._population import Population
from theory.claims.lee2025.accuracy import COLLAPSE, build
from theory.geometry import neural_collapse
from theory.prototypes import nearest_prototype_bound, nearest_prototype_error, prototype_bias

P = parameters(all_claims()["lee2025-nearest-prototype-error"])
TWO_AND_TWO = torch.tensor(
    [[[1.0, 0.0]], [[0.8, 0.6]], [[0.0, 1.0]], [[-0.6, 0.8]]], dtype=torch.float64
)
LABELS = torch.tensor([0, 0, 1, 1])


def counts_errors(of: Callable[[Tensor, Tensor], Tensor], case: Population) -> bool:
    """Whether the errors are those of exact distances.

    A tie that rounding could break may be one or not; where all means are equal nothing is rounded.
    """
    margins = Exact(as_mp(case.z), case.labels.tolist()).margins()
    equal = bool((case.rows == case.rows[0]).all())
    certain = sum(bool(x < -slack(case.z)) or equal for x in margins)
    possible = sum(bool(x <= slack(case.z)) for x in margins)
    return certain <= round(of(case.z, case.labels).item() * len(margins)) <= possible


@given(point=P, seed=st.integers(0, 2**31 - 1))
def test_error_by_exact_distances(point: dict[str, Any], seed: int) -> None:
    case = build(generator=torch.Generator().manual_seed(seed), **point)
    assert counts_errors(nearest_prototype_error, case)


def saboteurs() -> Iterator[Any]:
    """Errors that are not the definition's, and a layout that shows it."""

    def lenient(z: Tensor, labels: Tensor) -> Tensor:
        m = z.mean(dim=1)
        each = torch.stack([m[labels == y].mean(dim=0) for y in range(int(labels.max()) + 1)])
        far = torch.cdist(m, each)
        return (far.gather(1, labels[:, None]) > far.amin(dim=1, keepdim=True)).double().mean()

    def first_view(z: Tensor, labels: Tensor) -> Tensor:
        return nearest_prototype_error(z[:, :1], labels)

    yield pytest.param(lenient, "equal", id="a tie is correct")
    yield pytest.param(first_view, "random", id="one view for the item")
    yield pytest.param(lambda z, labels: torch.tensor(0.5), "simplex", id="half")


@pytest.mark.parametrize(("of", "layout"), list(saboteurs()))
def test_saboteur_is_found(of: Callable[[Tensor, Tensor], Tensor], layout: str) -> None:
    point = {
        **COLLAPSE,
        "n_max": 4,
        "k": 3,
        "d": 4,
        "view_scale": 3.0,
        "layout": layout,
        "of": "items",
    }
    case = build(generator=torch.Generator().manual_seed(0), **point)
    assert counts_errors(nearest_prototype_error, case)
    assert not counts_errors(of, case)


@given(point=P, seed=st.integers(0, 2**31 - 1))
def test_certificate_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    case = build(generator=torch.Generator().manual_seed(seed), **point)
    exact = Exact(as_mp(case.z), case.labels.tolist())
    separations = [float(x) for x in exact.between]
    if all(x > 1e-3 or x < 1e-15 for x in separations):
        found = nearest_prototype_bound(case.z, case.labels).item()
        smallest = min((x for x in separations if x > 1e-3), default=1.0)
        # 4 B/Delta^2 is cut at 1, so that its error is that of B and of Delta^2 against Delta^2.
        assert abs(found - exact.certificate()) <= 12 * slack(case.z) / smallest**2


def test_two_classes_of_two() -> None:
    """Squared .1, Delta^2 = 1.8: 2/9, twice the relative bias; and no item errs."""
    bias = prototype_bias(TWO_AND_TWO, LABELS)
    assert bias.squared.item() == pytest.approx(0.1, abs=slack(TWO_AND_TWO))
    bound = nearest_prototype_bound(TWO_AND_TWO, LABELS)
    assert bound.item() == pytest.approx(2 / 9, abs=slack(TWO_AND_TWO))
    assert bound.item() == pytest.approx(2 * bias.relative.item(), abs=slack(TWO_AND_TWO))
    assert nearest_prototype_error(TWO_AND_TWO, LABELS).item() == 0.0


def test_a_tie_is_an_error() -> None:
    """(1, 0) lies on the bisector of the prototypes (1/2, 1/2) and (1/2, -1/2)."""
    z = torch.tensor([[[1.0, 0]], [[0, 1.0]], [[1.0, 0]], [[0, -1.0]]], dtype=torch.float64)
    assert nearest_prototype_error(z, LABELS).item() == 0.5
    same = z[:1].expand(4, 3, 2)
    assert nearest_prototype_error(same, LABELS).item() == 1.0
    assert nearest_prototype_bound(same, LABELS).item() == 1.0


def test_items_without_ties_err_as_by_nearest_class_centre() -> None:
    generator = torch.Generator().manual_seed(0)
    z = normalize(torch.randn(300, 2, 3, generator=generator, dtype=torch.float64), dim=-1)
    labels = torch.randint(5, (300,), generator=generator)
    expected = neural_collapse(z.mean(dim=1), labels).ncc_error
    assert 0 < expected < 1
    assert nearest_prototype_error(z, labels) == expected


def test_in_blocks_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(1)
    z = normalize(torch.randn(50, 2, 3, generator=generator), dim=-1)
    labels = torch.randint(5, (50,), generator=generator)
    once = nearest_prototype_error(z, labels), nearest_prototype_bound(z, labels)
    monkeypatch.setattr("theory.prototypes._means._BLOCK", 17)
    assert (nearest_prototype_error(z, labels), nearest_prototype_bound(z, labels)) == once


def test_results_inherit_the_precision() -> None:
    z = TWO_AND_TWO.float()
    assert nearest_prototype_error(z, LABELS).dtype == torch.float32
    assert nearest_prototype_bound(z, LABELS).dtype == torch.float32


@pytest.mark.parametrize("of", [nearest_prototype_error, nearest_prototype_bound])
def test_one_class_is_outside(of: Any) -> None:
    with pytest.raises(ValueError, match="need at least two classes, got the one label 3"):
        of(TWO_AND_TWO, torch.full((4,), 3))
