"""The catalogue against loops, and what happens when an entry of it is wrong."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import bounds
from tests.theory.conventions.test_ours import computes
from theory.claims import all_claims
from theory.conventions import _forms as catalogue
from theory.conventions import _names as names
from theory.conventions import identify
from theory.conventions._forms import Batches, Form, forms, kinds_of_pairs
from theory.conventions._reading import shortest
from theory.losses import cl, dcl, ntxent, paired_dcl, supcon

LABELS = np.array([1, 0, 1, 1, 0])
TAU = 0.3


def rows() -> np.ndarray:
    x = np.random.default_rng(3).normal(size=(10, 4))
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def kind(a: int, b: int) -> int:
    """The kind of a pair of rows, by words."""
    if a == b:
        return 0
    if a // 2 == b // 2:
        return 1
    same_view = a % 2 == b % 2
    if LABELS[a // 2] == LABELS[b // 2]:
        return 2 if same_view else 3
    return 4 if same_view else 5


def looped(form: Form, s: np.ndarray, tau: float) -> tuple[float, float]:
    """align and repel, anchor by anchor and term by term."""
    aligns, repels, weights, every = [], [], [], []
    for a in range(10):
        if form.anchors == "first" and a % 2 == 1:
            continue
        up = [s[a, b] for b in range(10) if kind(a, b) in form.positives]
        left = set(form.below) - (set(form.positives) if form.log == "pair" else set())
        down = [math.exp(s[a, b] / tau) for b in range(10) if kind(a, b) in left]
        weights.append(len(up) if form.weights == "pairs" else 1)
        if form.log == "inside":
            aligns.append(-tau * math.log(sum(math.exp(x / tau) for x in up) / len(up)))
        else:
            aligns.append(-sum(up) / len(up))
        if form.log == "pair":
            repels.append(sum(math.log(math.exp(x / tau) + sum(down)) for x in up) / len(up))
        else:
            repels.append(math.log(sum(down)))
        every += down
    total = sum(weights)
    align = sum(w * x for w, x in zip(weights, aligns, strict=True)) / total
    repel = sum(w * x for w, x in zip(weights, repels, strict=True)) / total
    return align, math.log(sum(every)) if form.log == "batch" else repel


def test_kinds_of_pairs() -> None:
    expected = [[kind(a, b) for b in range(10)] for a in range(10)]
    assert (kinds_of_pairs(LABELS, 2) == expected).all()


def test_every_form_is_its_loop() -> None:
    s = rows() @ rows().T
    batches = Batches(s[None], kinds_of_pairs(LABELS, 2), 2, np.array([TAU]))
    chosen = forms(labelled=True)[::17]
    assert {form.log for form in chosen} == set(catalogue.LOGS)
    for form in chosen:
        parts = batches.parts(form)
        align, repel = looped(form, s, TAU)
        # Sums of ten terms of size e^{1/tau}, then a mean of ten.
        slack = 64 * 2.0**-52 * (1 / TAU + math.log(100))
        assert abs(parts.align.item() - align) <= slack
        assert abs(parts.repel.item() - repel) <= slack


def test_derivatives_by_log_tau() -> None:
    s, step = (rows() @ rows().T)[None], 1e-4
    taus = TAU * np.exp([-step, 0.0, step])
    batches = Batches(s, kinds_of_pairs(LABELS, 2), 2, taus)
    for form in forms(labelled=True)[::41]:
        parts = batches.parts(form)
        for value, slope in ((parts.align, parts.d_align), (parts.repel, parts.d_repel)):
            # Central differences: their third derivative is at most some 1/tau^3.
            difference = (value[2, 0] - value[0, 0]) / (2 * step)
            assert abs(difference - slope[1, 0]) <= step**2 / TAU**3 + 1e-10


@pytest.mark.slow
@given(
    form=st.sampled_from(forms(labelled=True)),
    tau=st.sampled_from([0.07, 0.3, 2.0]),
    repulsion=st.sampled_from([0.5, 1.0, 2.0]),
    offset=st.sampled_from([0.0, 1.25]),
)
@settings(max_examples=20)
def test_members_of_the_catalogue_are_read_back(
    form: Form, tau: float, repulsion: float, offset: float
) -> None:
    def member(z: Tensor, labels: Tensor) -> float:
        s = z.flatten(0, 1) @ z.flatten(0, 1).mT
        kinds = kinds_of_pairs(labels.numpy(), z.shape[1])
        parts = Batches(s.numpy()[None], kinds, z.shape[1], np.array([tau])).parts(form)
        return float(3.5 * (parts.align.item() / tau + repulsion * parts.repel.item()) + offset)

    found = identify(member, layout="views, labels")
    assert (found.tau, found.log, found.anchors) == (tau, form.log, form.anchors)
    assert (found.average_over, found.views) == (form.weights, (2, 3))
    assert (found.scale, found.repulsion, found.offset) == (3.5, repulsion, offset)


def test_no_form_is_there_twice() -> None:
    for labelled in (True, False):
        found = forms(labelled=labelled)
        assert len(set(found)) == len(found)
    keys = {(form.positives, form.below) for form in forms(labelled=True) if form.log == "outside"}
    assert keys.issuperset(names.LOSSES)


def test_bounds_are_calculators_or_claims() -> None:
    known = {*bounds.__all__, *all_claims()}
    assert known.issuperset(item for found in names.BOUNDS.values() for item in found)
    assert known.issuperset(names.INFONCE_BOUNDS)


def test_bounds_are_for_the_loss_as_found() -> None:
    with_positive = identify(
        lambda z: paired_dcl(z, 0.5, positive_in_denominator=True), layout="views"
    )
    assert "ntxent_minimum" in with_positive.bounds
    assert "gradient_gap" not in with_positive.bounds


def test_shortest_is_the_decimal_of_fewest_digits() -> None:
    assert shortest(0.07 + 1e-13, 1e-12, lambda _: True) == 0.07
    assert shortest(0.07 + 1e-13, 1e-14, lambda _: True) != 0.07
    assert shortest(0.5, 1.0, lambda value: value != 0.5) == 0.5


def test_a_screen_of_text() -> None:
    text = str(identify(lambda z, y: (0.5 / 0.07) * supcon(z, y, 0.5), layout="views, labels"))
    assert text.startswith("supcon, tau 0.5, scale 7.14286, mean")
    assert "warning" in text
    assert "divide by it before comparing with any bound" in text
    assert text.count("\n") < 20


def loss(z: Tensor) -> Tensor:
    return ntxent(z, 0.5)


def test_saboteur_a_wrong_name_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    key = ((catalogue.OWN,), names.ALL_BUT_SELF)
    wrong = dict(names.LOSSES) | {key: ("cl", "cl(z, tau={tau})")}
    assert computes(identify(loss, layout="views"), loss)
    monkeypatch.setattr(names, "LOSSES", wrong)
    found = identify(loss, layout="views")
    assert found.name == "cl"
    assert not computes(found, loss)


def test_saboteur_a_wrong_form_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(labels: np.ndarray, k: int) -> np.ndarray:
        kinds = kinds_of_pairs(labels, k)
        kinds[0, 2] = catalogue.SELF
        return kinds

    monkeypatch.setattr("theory.conventions._calling.kinds_of_pairs", shifted)
    assert identify(loss, layout="views").name == "unknown"


def test_own_views_are_told_apart() -> None:
    found = [
        identify(one, layout="views").own_views
        for one in (lambda z: dcl(z, 0.5), lambda z: cl(z, 0.5), lambda z: cl(z, 0.5, "all"))
    ]
    assert found == ["none", "others", "all"]
    assert torch.get_default_dtype() == torch.float32  # probing leaves no state behind
