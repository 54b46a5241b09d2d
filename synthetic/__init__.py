"""Worlds with known ground truth: clusters, views, encoders, episodes. Knows no theorem."""

from synthetic.clusters import Clusters, gaussian_clusters, stream_gaussian_clusters
from synthetic.means import orthoplex, random_means, simplex_etf
from synthetic.sizes import imbalanced_sizes, zipf_sizes

__all__ = [
    "Clusters",
    "gaussian_clusters",
    "imbalanced_sizes",
    "orthoplex",
    "random_means",
    "simplex_etf",
    "stream_gaussian_clusters",
    "zipf_sizes",
]
