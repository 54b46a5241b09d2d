"""Errors of the probes of few-shot episodes, given shots and queries."""

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from synthetic._require import require
from synthetic.trials import BUDGET, ncc_errors

Probe = Literal["ncc", "linear"]


def probe_errors(probe: Probe, shots: Tensor, queries: Tensor) -> Tensor:
    """Which queries (e, w, q, d) the probe fitted to shots (e, w, m, d) gets wrong, (e, w, q)."""
    require(probe in ("ncc", "linear"), 'probe "ncc" or "linear"', probe=repr(probe))
    return (_nearest_centre if probe == "ncc" else _logistic)(shots, queries)


def _nearest_centre(shots: Tensor, queries: Tensor) -> Tensor:
    """One score matrix per episode; scores too close to call are settled by distances."""
    e, w, q, d = queries.shape
    centres = shots.mean(dim=2)
    x = queries.reshape(e, w * q, d)
    square = centres.square().sum(-1)
    # |x - c|^2 - |x|^2, so the nearest centre has the least score.
    scores = torch.baddbmm(square[:, None], x, centres.mT, alpha=-2.0)
    own = torch.arange(w, device=x.device).repeat_interleave(q).expand(e, -1)
    mine = scores.gather(2, own[..., None])[..., 0]
    margin = scores.scatter(2, own[..., None], torch.inf).amin(dim=2) - mine
    # Two scores, each off by at most (d + 4) u (|c|^2 + 2 |x| |c|).
    size = x.square().sum(-1) + 2 * square.amax(dim=1, keepdim=True)
    rounding = (d + 4) * torch.finfo(x.dtype).eps * size
    wrong = margin < 0
    unsettled = ~(margin.abs() > rounding)
    episodes, at = unsettled.nonzero(as_tuple=True)
    piece = max(1, BUDGET // (w * d))
    for start in range(0, len(at), piece):
        i, j = episodes[start : start + piece], at[start : start + piece]
        wrong[i, j] = ncc_errors(x[i, j], centres[i], own[i, j])
    return wrong.reshape(e, w, q)


def _logistic(shots: Tensor, queries: Tensor) -> Tensor:
    """scikit-learn's logistic regression with intercept (C = 1), fitted episode by episode."""
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
