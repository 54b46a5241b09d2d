"""Worlds with known ground truth: clusters, views, encoders, episodes. Knows no theorem."""

from synthetic.batches import (
    Batches,
    Sampling,
    distinct_batches,
    epoch_batches,
    iid_batches,
    steps_per_epoch,
    stratified_batches,
)
from synthetic.clusters import Clusters, gaussian_clusters, stream_gaussian_clusters
from synthetic.content import content_clusters, content_views, swap_within_class
from synthetic.encoders import Encoder, mlp
from synthetic.episodes import (
    Episodes,
    few_shot_episodes,
    gaussian_episodes,
    sampled_episodes,
)
from synthetic.files import write_clusters
from synthetic.free import minimise_free_features
from synthetic.means import orthoplex, random_means, simplex_etf
from synthetic.pairs import pairwise_errors
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
    Compositions,
    CrossEntropy,
    History,
    Labelled,
    Loss,
    Options,
    Recipe,
    Run,
    Twins,
    World,
    adam,
    practical,
    sgd,
    train,
    train_coupled,
    train_many,
    weight_distance,
)
from synthetic.transforms import readable
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
    "Batches",
    "Clusters",
    "Compositions",
    "CrossEntropy",
    "Encoder",
    "Episodes",
    "GaussianSampler",
    "History",
    "Labelled",
    "Loss",
    "Options",
    "Recipe",
    "Run",
    "Sample",
    "SampleCentres",
    "Sampling",
    "StudentSampler",
    "ToyHistory",
    "ToySetup",
    "Trials",
    "Twins",
    "TwoPointSampler",
    "World",
    "adam",
    "additive_noise",
    "circle_world",
    "compose",
    "content_clusters",
    "content_views",
    "distinct_batches",
    "epoch_batches",
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
    "pairwise_errors",
    "practical",
    "random_means",
    "random_rotation",
    "readable",
    "resample_nuisance",
    "sampled_episodes",
    "sgd",
    "simplex_etf",
    "steps_per_epoch",
    "stratified_batches",
    "stream_gaussian_clusters",
    "student_sampler",
    "swap_within_class",
    "train",
    "train_coupled",
    "train_many",
    "train_toy",
    "two_point_sampler",
    "weight_distance",
    "write_clusters",
    "zipf_sizes",
]
