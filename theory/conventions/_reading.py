"""From fitted constants to a statement that can be wrong: its values on batches never fitted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from theory.conventions._fit import Fit, Values, fit_at, linear, value_rounding
from theory.conventions._forms import Array, Form

REDUCTIONS = ("mean", "sum", "sum over samples")
# Numbers of rows inside the logarithms; "" is a sum of the terms over a mean of the positives.
SIZES = ("", "terms averaged", "positives summed", "terms averaged, positives summed")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """value = count * (scale * (align/tau + repulsion * repel) + offset)."""

    form: Form
    tau: float
    scale: float
    repulsion: float
    offset: float
    reduction: str
    sizes: str
    fit: Fit

    @property
    def plainness(self) -> tuple[int, int, int]:
        """Of equal readings the one with no offset, no sizes and the fewest factors is given."""
        factors = (self.scale != 1, self.repulsion != 1, self.reduction != "mean")
        return int(self.offset != 0), int(self.sizes != ""), sum(factors)

    def predict(self, data: Values) -> Array:
        """The values on batches of any shape."""
        columns, _ = _columns(data, self.form, self.sizes, float(np.log(self.tau)))
        core = columns[:, 0] / self.tau + self.repulsion * columns[:, 1]
        count = _count(self.form, self.reduction, data)
        return np.asarray(count * (self.scale * core + self.offset))

    def rounding(self, fitted: Values, fresh: Values) -> float:
        """How far the values on `fresh` may be off.

        On the m values of `fitted` the loss is within their rounding r of its formula, and the
        prediction within sqrt(m) r of the loss. So the constants' error e has |J e| <= (1 +
        sqrt(m)) r there, and a row x of the same derivatives on `fresh` has |x e| <= (1 + sqrt(m))
        r |x J^+|_1; the rounding of the fresh value comes on top.
        """
        log_tau, weights = np.log(self.tau), self._weights(fitted)
        there = _jacobian(fitted, self.form, self.sizes, log_tau, weights)
        here = _jacobian(fresh, self.form, self.sizes, log_tau, weights)
        ratio = _count(self.form, self.reduction, fresh) / _count(self.form, self.reduction, fitted)
        scale = np.abs(there).max(axis=0)  # so that no column is lost in the pseudo-inverse
        leverage = np.abs((here / scale) @ np.linalg.pinv(there / scale)).sum(axis=1).max()
        own = value_rounding(fresh, weights * ratio, log_tau)
        there_off = (1.0 + np.sqrt(len(there))) * value_rounding(fitted, weights, log_tau)
        return float(own + ratio * leverage * there_off)

    def _weights(self, data: Values) -> Array:
        count = _count(self.form, self.reduction, data)
        scale = count * self.scale
        return np.array([scale / self.tau, scale * self.repulsion, count * self.offset])


def readings(fit: Fit, data: Values) -> Iterator[Reading]:
    """Every way to state `fit`: how it is reduced, and what its logarithms hold."""
    tau = shortest(
        fit.tau,
        4.0 * fit.tau * fit.u_log_tau,
        lambda tau: fit_at(data, fit.form, float(np.log(tau))).residual <= fit.allowed,
    )
    for sizes in SIZES if fit.form.log == "inside" else SIZES[:2]:
        for reduction in REDUCTIONS:
            yield _reading(fit, data, tau, sizes, reduction)


def holds(reading: Reading, fitted: Values, fresh: Values) -> tuple[bool, float, float]:
    """Whether fresh values are met to rounding; the largest error and what rounding allows."""
    error = float(np.abs(fresh.values - reading.predict(fresh)).max())
    allowed = reading.rounding(fitted, fresh)
    return error <= allowed, error, allowed


def shortest(value: float, within: float, keeps: Callable[[float], bool]) -> float:
    """The decimal of fewest digits that is near `value` and `keeps` the values met.

    A person's constant is short: beyond ten digits the fitted value is as good, and is given.
    """
    for digits in range(1, 11):
        short = float(f"{value:.{digits}g}")
        if abs(short - value) <= within and keeps(short):
            return short
    return value


def _reading(fit: Fit, data: Values, tau: float, sizes: str, reduction: str) -> Reading:
    """Repulsion, offset, scale in turn: the shortest with which the later ones can still fit."""
    columns, _ = _columns(data, fit.form, sizes, float(np.log(tau)))
    align, repel = columns[:, 0] / tau, columns[:, 1]
    count = _count(fit.form, reduction, data)
    y, one = data.values / count, np.ones(len(align))

    def core(repulsion: float) -> Array:
        return np.asarray(align + repulsion * repel)

    def left(values: Array, *parts: Array) -> float:
        matrix = np.column_stack(parts)
        rest = values - matrix @ np.linalg.lstsq(matrix, values, rcond=None)[0]
        return float(np.abs(rest).max()) * count

    again = fit_at(data, fit.form, float(np.log(tau)))
    near = again.repel / (again.attract * tau)
    unsure = fit.u_repel / abs(fit.repel) + fit.u_attract / abs(fit.attract)
    repulsion = shortest(
        near,
        4.0 * abs(near) * unsure,
        lambda value: left(y, core(value) - core(value).mean(), one) <= fit.allowed,
    )
    of = core(repulsion)
    offset = 0.0
    if not left(y, of) <= fit.allowed:
        slope = of - of.mean()
        middle = float(y.mean() - of.mean() * (slope @ y) / (slope @ slope))
        within = 4.0 * (fit.u_offset + abs(middle) * unsure * count) / count
        offset = shortest(middle, within, lambda value: left(y - value, of) <= fit.allowed)
    scale = shortest(
        float(of @ (y - offset) / (of @ of)),
        4.0 * fit.u_attract * tau / count,
        lambda value: float(np.abs(y - offset - value * of).max()) * count <= fit.allowed,
    )
    return Reading(
        form=fit.form,
        tau=tau,
        scale=scale,
        repulsion=repulsion,
        offset=offset,
        reduction=reduction,
        sizes=sizes,
        fit=fit,
    )


def _columns(data: Values, form: Form, sizes: str, log_tau: float) -> tuple[Array, Array]:
    """align, repel, 1 and their derivatives by log tau, with the numbers of rows of `sizes`."""
    columns, slopes = linear(data, form, log_tau)
    batches = data.at(np.ones(1))
    weight = batches.weights(form)
    if sizes.startswith("terms"):
        columns[:, 1] -= _log_terms(form, data)
    if sizes.endswith("summed"):
        # align holds the mean of e^{s/tau}; their sum has the logarithm of their number more.
        more = np.exp(log_tau) * float(np.log(batches.count(form.positives)) @ weight)
        columns[:, 0] -= more
        slopes[:, 0] -= more
    return columns, slopes


def _jacobian(data: Values, form: Form, sizes: str, log_tau: float, weights: Array) -> Array:
    columns, slopes = _columns(data, form, sizes, log_tau)
    return np.column_stack([columns, slopes @ weights])


def _log_terms(form: Form, data: Values) -> float:
    """The mean logarithm of the number of terms of a log-sum."""
    batches = data.at(np.ones(1))
    weight, below = batches.weights(form), batches.count(form.below)
    anchors = weight > 0
    if form.log == "batch":
        return float(np.log(below[anchors].sum()))
    if form.log == "pair":
        below = below - batches.count(form.positives) + 1.0
    return float(np.log(below[anchors]) @ weight[anchors])


def _count(form: Form, reduction: str, data: Values) -> float:
    if reduction == "mean":
        return 1.0
    if reduction == "sum over samples":
        return float(data.s.shape[-1] / data.n_views)
    return float(data.at(np.ones(1)).raw_weights(form).sum())
