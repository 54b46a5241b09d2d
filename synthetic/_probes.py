"""Errors of the probes of few-shot episodes, given shots and queries."""

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from synthetic._logistic import logistic_scores
from synthetic._require import require
from synthetic.trials import BUDGET, ncc_errors

Probe = Literal["ncc", "linear"]
LARGEST = 384  # weights of a linear probe, up to which Newton's steps are the faster ones


def probe_errors(probe: Probe, shots: Tensor, queries: Tensor) -> Tensor:
    """Which queries (e, w, q, d) the probe fitted to shots (e, w, m, d) gets wrong, (e, w, q)."""
    require(probe in ("ncc", "linear"), 'probe "ncc" or "linear"', probe=repr(probe))
    return (_nearest_centre if probe == "ncc" else _logistic)(shots, queries)


def centre_scores(shots: Tensor, queries: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Queries (e, w q, d), centres (e, w, d), scores (e, w q, w), and rounding (e, w q).

    A score is |x - c|^2 - |x|^2, so the nearest centre has the least one.
    """
    x, centres = queries.flatten(1, 2), shots.mean(dim=2)
    square = centres.square().sum(-1)
    scores = torch.baddbmm(square[:, None], x, centres.mT, alpha=-2.0)
    # Two scores, each off by at most (d + 4) u (|c|^2 + 2 |x| |c|).
    size = x.square().sum(-1) + 2 * square.amax(dim=1, keepdim=True)
    return x, centres, scores, (x.shape[2] + 4) * torch.finfo(x.dtype).eps * size


def _nearest_centre(shots: Tensor, queries: Tensor) -> Tensor:
    """One score matrix per episode; scores too close to call are settled by distances."""
    e, w, q, d = queries.shape
    x, centres, scores, rounding = centre_scores(shots, queries)
    own = torch.arange(w, device=x.device).repeat_interleave(q).expand(e, -1)
    mine = scores.gather(2, own[..., None])[..., 0]
    margin = scores.scatter(2, own[..., None], torch.inf).amin(dim=2) - mine
    wrong = margin < 0
    unsettled = ~(margin.abs() > rounding)
    episodes, at = unsettled.nonzero(as_tuple=True)
    piece = max(1, BUDGET // (w * d))
    for start in range(0, len(at), piece):
        i, j = episodes[start : start + piece], at[start : start + piece]
        wrong[i, j] = ncc_errors(x[i, j], centres[i], own[i, j])
    return wrong.reshape(e, w, q)


def _logistic(shots: Tensor, queries: Tensor) -> Tensor:
    """Logistic regression with intercept, as scikit-learn's at C = 1: all episodes at once."""
    e, w, q, d = queries.shape
    support, x = shots.flatten(1, 2).double(), queries.flatten(1, 2).double()
    n = support.shape[1]
    size = (1 if w == 2 else w) * (min(n, d) + 1)
    if size > LARGEST:
        return _by_scikit_learn(shots, queries)
    targets, own = (torch.arange(w, device=x.device).repeat_interleave(m) for m in (n // w, q))
    scores = logistic_scores(support, targets, w, x)
    return (scores.argmax(dim=2) != own).reshape(e, w, q)


def _by_scikit_learn(shots: Tensor, queries: Tensor) -> Tensor:
    """Episode by episode: first-order steps, for more weights than a Hessian is worth."""
    from sklearn.linear_model import LogisticRegression

    e, w, q, d = queries.shape
    m = shots.shape[2]
    support, x = shots.cpu().numpy(), queries.cpu().numpy()
    targets, own = np.repeat(np.arange(w), m), np.repeat(np.arange(w), q)
    wrong = np.empty((e, w * q), dtype=np.bool_)
    for i in range(e):
        probe = LogisticRegression(max_iter=1000).fit(support[i].reshape(w * m, d), targets)
        wrong[i] = probe.predict(x[i].reshape(w * q, d)) != own
    return torch.from_numpy(wrong).reshape(e, w, q).to(queries.device)
