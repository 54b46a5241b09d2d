"""Worlds with known ground truth: clusters, views, encoders, episodes. Knows no theorem."""

from synthetic.batches import iid_batches, steps_per_epoch, stratified_batches
from synthetic.clusters import Clusters, gaussian_clusters, stream_gaussian_clusters
from synthetic.encoders import Encoder, mlp
from synthetic.episodes import (
    Episodes,
    few_shot_episodes,
    gaussian_episodes,
    sampled_episodes,
)
from synthetic.free import minimise_free_features
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
from synthetic.toy import ToyHistory, ToySetup, circle_world, norm_world, train_toy
from synthetic.training import (
    History,
    Labelled,
    Loss,
    Options,
    Twins,
    World,
    train,
    train_coupled,
)
from synthetic.trials import Trials, ncc_trials
from synthetic.views import (
    Augment,
    additive_noise,
    compose,
    make_views,
    random_rotation,
    resample_nuisance,
)

__all__ = [
    "Augment",
    "Clusters",
    "Encoder",
    "Episodes",
    "GaussianSampler",
    "History",
    "Labelled",
    "Loss",
    "Options",
    "Sample",
    "SampleCentres",
    "StudentSampler",
    "ToyHistory",
    "ToySetup",
    "Trials",
    "Twins",
    "TwoPointSampler",
    "World",
    "additive_noise",
    "circle_world",
    "compose",
    "few_shot_episodes",
    "gaussian_clusters",
    "gaussian_episodes",
    "gaussian_sampler",
    "iid_batches",
    "imbalanced_sizes",
    "make_views",
    "minimise_free_features",
    "mlp",
    "ncc_trials",
    "norm_world",
    "orthoplex",
    "random_means",
    "random_rotation",
    "resample_nuisance",
    "sampled_episodes",
    "simplex_etf",
    "steps_per_epoch",
    "stratified_batches",
    "stream_gaussian_clusters",
    "student_sampler",
    "train",
    "train_coupled",
    "train_toy",
    "two_point_sampler",
    "zipf_sizes",
]
