"""Logistic regressions of many episodes at once, by Newton's method in the span of the shots.

For weights W (w, d) and intercepts b (w,), the objective is scikit-learn's at C = 1,

    sum_i [log sum_c e^(f_ic) - f_(i, y_i)] + |W|^2/2,    f = x W' + b,

and for two classes that of the one logit f = x.v + c, sum_i log(1 + e^(-+f_i)) + |v|^2/2. A weight
orthogonal to all shots would only add to |W|, so d dimensions come down to as many as shots.
"""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

_ENTRIES = 2**17  # of the Hessians of a piece, which stay in a cache
_STEPS = 100  # far more than a strictly convex smooth objective needs
_HALVINGS = 30
_TOLERANCE = 1e-9  # of the gradient, per shot


def logistic_scores(shots: Tensor, targets: Tensor, n_ways: int, queries: Tensor) -> Tensor:
    """Scores (e, q, w) of queries (e, q, d) after fitting shots (e, n, d), targets (n,); float64.

    Only differences of scores mean something; the largest is the class, the first on a tie.
    """
    size = (1 if n_ways == 2 else n_ways) * (min(shots.shape[1:]) + 1)
    piece = max(1, _ENTRIES // (size * max(size, shots.shape[1])))
    parts = zip(torch.split(shots, piece), torch.split(queries, piece), strict=True)
    return torch.cat([_scores(some, targets, n_ways, at) for some, at in parts])


def _scores(shots: Tensor, targets: Tensor, n_ways: int, queries: Tensor) -> Tensor:
    if shots.shape[1] < shots.shape[2]:
        basis = torch.linalg.qr(shots.mT).Q  # (e, d, n)
        shots, queries = shots @ basis, queries @ basis
    rows, at = _with_one(shots), _with_one(queries)
    if n_ways == 2:
        logit = at @ _fit(_Two(rows, targets))
        return torch.cat([torch.zeros_like(logit), logit], dim=2)
    weights = _fit(_Many(rows, one_hot(targets, n_ways).double()))
    scores: Tensor = at @ weights.reshape(len(rows), n_ways, -1).mT
    return scores


def _with_one(x: Tensor) -> Tensor:
    return torch.cat([x, torch.ones_like(x[:, :, :1])], dim=2)


class _Two:
    """The objective of one logit; theta (e, r + 1, 1)."""

    def __init__(self, rows: Tensor, targets: Tensor) -> None:
        self.rows = rows  # (e, n, r + 1), the last coordinate 1
        self.targets = targets.double()[:, None]
        self.size = rows.shape[2]
        self.penalty = torch.ones(self.size, 1, dtype=rows.dtype, device=rows.device)
        self.penalty[-1] = 0.0

    def value(self, theta: Tensor) -> Tensor:
        logit = self.rows @ theta
        losses = torch.logaddexp(logit, logit.new_zeros(())) - self.targets * logit
        return losses.sum(dim=(1, 2)) + (self.penalty * theta.square()).sum(dim=(1, 2)) / 2

    def slopes(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        p = (self.rows @ theta).sigmoid()
        gradient = self.rows.mT @ (p - self.targets) + self.penalty * theta
        hessian = self.rows.mT @ (p * (1 - p) * self.rows)
        return gradient, hessian + torch.diag(self.penalty[:, 0])


class _Many:
    """The objective of w logits; theta (e, w (r + 1), 1), class by class."""

    def __init__(self, rows: Tensor, targets: Tensor) -> None:
        self.rows, self.targets = rows, targets  # (e, n, r + 1), (n, w)
        w, each = targets.shape[1], rows.shape[2]
        self.size = w * each
        penalty = torch.ones(w, each, dtype=rows.dtype, device=rows.device)
        penalty[:, -1] = 0.0
        self.penalty = penalty.reshape(-1, 1)
        free = 1.0 - self.penalty
        # All intercepts may move together: this keeps them, and does not move the gradient.
        self.fixed = torch.diag(self.penalty[:, 0]) + free @ free.mT / w

    def _logits(self, theta: Tensor) -> Tensor:
        return self.rows @ theta.reshape(len(theta), self.targets.shape[1], -1).mT

    def value(self, theta: Tensor) -> Tensor:
        logits = self._logits(theta)
        losses = logits.logsumexp(dim=2) - (logits * self.targets).sum(dim=2)
        return losses.sum(dim=1) + (self.penalty * theta.square()).sum(dim=(1, 2)) / 2

    def slopes(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        e, n, each = self.rows.shape
        p = self._logits(theta).softmax(dim=2)
        gradient = ((p - self.targets).mT @ self.rows).reshape(e, -1, 1) + self.penalty * theta
        weighted = p[..., None] * self.rows[:, :, None]  # (e, n, w, r + 1)
        own = self.rows.mT[:, None] @ weighted.transpose(1, 2)  # (e, w, r + 1, r + 1)
        flat = weighted.reshape(e, n, -1)
        hessian = self.fixed - flat.mT @ flat
        w = p.shape[2]
        blocks = hessian.view(e, w, each, w, each).diagonal(dim1=1, dim2=3)  # (e, r, r, w)
        blocks += own.permute(0, 2, 3, 1)
        return gradient, hessian


def _fit(objective: _Two | _Many) -> Tensor:
    """Damped Newton steps, until no episode's gradient is left or no step gains anything."""
    e, n, _ = objective.rows.shape
    theta = objective.rows.new_zeros(e, objective.size, 1)
    value = objective.value(theta)
    for _ in range(_STEPS):
        gradient, hessian = objective.slopes(theta)
        if not bool((gradient.abs().amax(dim=(1, 2)) > _TOLERANCE * n).any()):
            break
        step = torch.cholesky_solve(gradient, torch.linalg.cholesky(hessian))
        gain = (gradient * step).sum(dim=(1, 2))
        theta, value, moved = _descend(objective, theta, value, step, gain)
        if not moved:
            break
    return theta


def _descend(
    objective: _Two | _Many, theta: Tensor, value: Tensor, step: Tensor, gain: Tensor
) -> tuple[Tensor, Tensor, bool]:
    """Each episode's step, halved until it keeps a part of what it promises; did any move?"""
    share = torch.ones_like(value)
    for _ in range(_HALVINGS):
        tried = theta - share[:, None, None] * step
        reached = objective.value(tried)
        # Within rounding of the value a Newton step is right whatever the value says.
        rounding = 64 * torch.finfo(value.dtype).eps * (1 + value.abs())
        good = reached <= value - 0.25 * share * gain + rounding
        if bool(good.all()):
            return tried, reached, True
        share = torch.where(good, share, share / 2)
    kept = good[:, None, None]
    return torch.where(kept, tried, theta), torch.where(good, reached, value), bool(good.any())
