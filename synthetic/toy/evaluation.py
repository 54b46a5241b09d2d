"""Validation losses of a toy encoder: contrastive, and supervised by the mean classifier."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from synthetic.toy.negatives import draw_negatives, n_pair_loss
from synthetic.toy.worlds import Split


class Evaluation(NamedTuple):
    """What an encoder reaches on the validation part."""

    contrastive: float  # [nats], mean over batches
    supervised: float  # [nats], cross-entropy of the mean classifier
    accuracy: float  # of the same, in [0, 1]


@torch.no_grad()
def evaluate(
    encoder: nn.Module,
    split: Split,
    positives: Tensor,
    *,
    n_negatives: int,
    batch_size: int,
    generator: torch.Generator,
    quirk: bool = False,
) -> Evaluation:
    """Class means of training features classify; negatives come from shuffled batches.

    Symbols
        positives   (n,) the other half of each validation pair
        batch_size  of the contrastive loss; an incomplete last batch is left out, unless it
                    is the only one

    Anchors, positives and negatives are all of the validation part, the means of the training
    part, so that the theorems, which suppose one law, hold up to sampling error.
    """
    means = class_means(encoder(split.train.x), split.train.labels)
    z: Tensor = encoder(split.validation.x)
    scores = (z @ means.mT).double()
    truth = split.validation.labels
    supervised = cross_entropy(scores, truth).item()
    accuracy = (scores.argmax(dim=1) == truth).double().mean().item()

    n = len(z)
    batch_size = min(batch_size, n)
    order = torch.randperm(n, generator=generator, device=generator.device)
    losses = []
    for start in range(0, n - batch_size + 1, batch_size):
        at = order[start : start + batch_size]
        negatives = draw_negatives(batch_size, n_negatives, generator=generator)
        losses.append(n_pair_loss(z[at], z[positives[at]], negatives, quirk=quirk).item())
    return Evaluation(sum(losses) / len(losses), supervised, accuracy)


def class_means(features: Tensor, labels: Tensor) -> Tensor:
    """Means (c, d) of features (n, d), summed in double precision."""
    counts = labels.bincount()
    sums = torch.zeros(len(counts), features.shape[1], dtype=torch.float64, device=features.device)
    return (sums.index_add_(0, labels, features.double()) / counts[:, None]).to(features.dtype)
