"""The constants of a form, from values of a loss: tau, and the weights of its two parts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from theory.conventions._forms import Array, Batches, Form

KEEP = 24
TAUS = np.geomspace(0.005, 50.0, 60)


@dataclass(frozen=True, kw_only=True)
class Values:
    """What a loss returned on batches of one shape."""

    values: Array  # (m,)
    s: Array  # (m, r, r) similarities of unit rows
    kinds: NDArray[np.int64]  # (r, r)
    n_views: int
    eps: float  # of the dtype that the loss was given

    def at(self, tau: Array) -> Batches:
        """The batches softened at temperatures (t,)."""
        return Batches(self.s, self.kinds, self.n_views, tau)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Constants of one form; `u_` is how far rounding of the values can have moved each."""

    form: Form
    log_tau: float
    attract: float  # of the similarity
    repel: float  # of the log-sum
    offset: float
    residual: float
    rounding: float
    n_values: int
    u_log_tau: float = np.inf
    u_attract: float = np.inf
    u_repel: float = np.inf
    u_offset: float = np.inf

    @property
    def tau(self) -> float:
        """The temperature."""
        return float(np.exp(self.log_tau))

    @property
    def allowed(self) -> float:
        """Largest residual of a fit by least squares where the formula is within `rounding`.

        It is at most the residual's norm, that at most the norm of m roundings.
        """
        return math.sqrt(self.n_values) * self.rounding

    @property
    def exact(self) -> bool:
        """Whether the values are met to rounding by constants that they determine."""
        # A log-sum of weight zero has any tau: a constant known to a tenth is not zero.
        known = (
            10.0 * self.u_log_tau < 1.0
            and 10.0 * self.u_attract < abs(self.attract)
            and 10.0 * self.u_repel < abs(self.repel)
        )
        return known and self.residual <= self.allowed and self.attract * self.repel > 0

    @property
    def relaxed(self) -> "Fit":
        """The same fit for a hint: plain constants may leave 100 times what the fitted ones do."""
        factor = max(1.0, 100.0 * self.residual / self.rounding)
        return replace(
            self,
            rounding=factor * self.rounding,
            u_log_tau=factor * self.u_log_tau,
            u_attract=factor * self.u_attract,
            u_repel=factor * self.u_repel,
            u_offset=factor * self.u_offset,
        )


def screen(data: Values, forms: Sequence[Form], keep: int) -> list[tuple[Form, float]]:
    """The `keep` forms that come nearest on a grid of temperatures, each with its log tau."""
    batches, values = data.at(TAUS), data.values
    aligns: dict[object, Array] = {}
    repels: dict[object, Array] = {}
    pairs: dict[object, list[tuple[object, Form]]] = {}
    for form in forms:
        weighed = form.positives if form.weights == "pairs" else None
        own = form.positives if form.log == "pair" else None
        up: object = (form.positives, form.log == "inside", weighed, form.anchors)
        log = "outside" if form.log == "inside" else form.log
        down: object = (form.below, log, own, weighed, form.anchors)
        if up not in aligns:
            aligns[up] = _centred(batches.align(form)[0])
        if down not in repels:
            repels[down] = _centred(batches.repel(form)[0])
        pairs.setdefault(up, []).append((down, form))
    y = values - values.mean()
    found: list[tuple[float, Form, float]] = []
    for up, members in pairs.items():
        a = aligns[up]
        a = a / np.linalg.norm(a, axis=-1, keepdims=True)
        y_off = y - (a @ y)[:, None] * a
        stack = np.stack([repels[down] for down, _ in members])
        stack = stack - np.einsum("ftm,tm->ft", stack, a)[..., None] * a
        along = np.einsum("ftm,tm->ft", stack, y_off)
        norms = np.einsum("ftm,ftm->ft", stack, stack)
        left = np.einsum("tm,tm->t", y_off, y_off) - along**2 / np.maximum(norms, 1e-300)
        best = left.argmin(axis=1)
        found += [
            (float(left[i, t]), form, float(np.log(TAUS[t])))
            for i, ((_, form), t) in enumerate(zip(members, best, strict=True))
        ]
    found.sort(key=lambda entry: entry[0])  # stable: the simplest of equals first
    return [(form, log_tau) for _, form, log_tau in found[:keep]]


def refine(data: Values, form: Form, log_tau: float) -> Fit:
    """Gauss-Newton in log tau, the three weights solved for at each step."""
    low, high = np.log(TAUS[[0, -1]])
    for _ in range(12):
        columns, slopes = linear(data, form, log_tau)
        weights = _solve(columns, data.values)
        jacobian = np.column_stack([slopes @ weights, columns])
        step = _solve(jacobian, data.values - columns @ weights)[0]
        step = float(np.clip(step, -0.3, 0.3))
        log_tau = float(np.clip(log_tau + step, low, high))
        if abs(step) < 1e-15 * max(1.0, abs(log_tau)):
            break
    return fit_at(data, form, log_tau)


def fit_at(data: Values, form: Form, log_tau: float) -> Fit:
    """The three weights at a given temperature, and what rounding can have done to all four."""
    columns, slopes = linear(data, form, log_tau)
    weights = _solve(columns, data.values)
    jacobian = np.column_stack([columns, slopes @ weights])
    rounding = value_rounding(data, weights, log_tau)
    u = np.abs(np.linalg.pinv(jacobian)).sum(axis=1) * rounding
    return Fit(
        form=form,
        log_tau=log_tau,
        attract=float(weights[0]),
        repel=float(weights[1]),
        offset=float(weights[2]),
        residual=float(np.abs(data.values - columns @ weights).max()),
        rounding=rounding,
        n_values=len(data.values),
        u_attract=float(u[0]),
        u_repel=float(u[1]),
        u_offset=float(u[2]),
        u_log_tau=float(u[3]),
    )


def linear(data: Values, form: Form, log_tau: float) -> tuple[Array, Array]:
    """(m, 3) columns align, repel, 1 of the model, and their derivatives by log tau."""
    parts = data.at(np.exp([log_tau])).parts(form)
    one = np.ones(len(data.s))
    columns = np.column_stack([parts.align[0], parts.repel[0], one])
    return columns, np.column_stack([parts.d_align[0], parts.d_repel[0], 0 * one])


def value_rounding(data: Values, weights: Array, log_tau: float) -> float:
    """Rounding of a loss with these weights, in the loss and in our evaluation of it.

    As `theory.losses.loss_rounding`: a similarity is a sum of d <= r products of normalised rows,
    at most 1/tau after scaling, the log-sum adds log r, and a mean or a sum of r anchors r more.
    """
    r = data.s.shape[-1]
    size = abs(weights[0]) + abs(weights[1]) * (np.exp(-log_tau) + np.log(r * r) + 1.0)
    return float(2.0 * (2 * r + 16) * data.eps * (size + abs(weights[2])))


def _solve(columns: Array, values: Array) -> Array:
    """Least squares with a last column of ones, taken out first: the others hardly vary."""
    means = columns[:, :-1].mean(axis=0)
    left = np.linalg.lstsq(columns[:, :-1] - means, values - values.mean(), rcond=None)[0]
    return np.append(left, (values - columns[:, :-1] @ left).mean())


def _centred(part: Array) -> Array:
    return np.asarray(part - part.mean(axis=-1, keepdims=True))
