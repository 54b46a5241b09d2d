"""Contrastive training of one encoder, or of twins that share everything but their loss."""

from synthetic.training.compositions import Compositions
from synthetic.training.distances import weight_distance
from synthetic.training.heads import CrossEntropy
from synthetic.training.loop import one_thread, train, train_coupled
from synthetic.training.many import train_many
from synthetic.training.options import Loss, Options
from synthetic.training.recipes import Recipe, adam, practical, sgd
from synthetic.training.results import History, Twins
from synthetic.training.runs import Run
from synthetic.training.worlds import Labelled, World

__all__ = [
    "Compositions",
    "CrossEntropy",
    "History",
    "Labelled",
    "Loss",
    "Options",
    "Recipe",
    "Run",
    "Twins",
    "World",
    "adam",
    "one_thread",
    "practical",
    "sgd",
    "train",
    "train_coupled",
    "train_many",
    "weight_distance",
]
