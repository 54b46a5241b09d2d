"""Worlds with known ground truth: clusters, views, encoders, episodes. Knows no theorem."""

from synthetic.clusters import Clusters, gaussian_clusters, stream_gaussian_clusters
from synthetic.means import orthoplex, random_means, simplex_etf
from synthetic.samplers import (
    GaussianSampler,
    Sample,
    SampleCentres,
    StudentSampler,
    TwoPointSampler,
    gaussian_sampler,
    student_sampler,
    two_point_sampler,
)
from synthetic.sizes import imbalanced_sizes, zipf_sizes
from synthetic.trials import Trials, ncc_trials

__all__ = [
    "Clusters",
    "GaussianSampler",
    "Sample",
    "SampleCentres",
    "StudentSampler",
    "Trials",
    "TwoPointSampler",
    "gaussian_clusters",
    "gaussian_sampler",
    "imbalanced_sizes",
    "ncc_trials",
    "orthoplex",
    "random_means",
    "simplex_etf",
    "stream_gaussian_clusters",
    "student_sampler",
    "two_point_sampler",
    "zipf_sizes",
]
