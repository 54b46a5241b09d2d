"""The toy experiment of the surrogate-gap paper: concentric circles, rotated clouds."""

from synthetic.toy.encoder import toy_encoder
from synthetic.toy.history import ToyEpoch, ToyHistory
from synthetic.toy.negatives import Negatives, draw_negatives, n_pair_loss
from synthetic.toy.runs import train_toy
from synthetic.toy.setups import ToySetup
from synthetic.toy.store import read_histories
from synthetic.toy.worlds import Split, circle_world, norm_world, partners, stratified_split

__all__ = [
    "Negatives",
    "Split",
    "ToyEpoch",
    "ToyHistory",
    "ToySetup",
    "circle_world",
    "draw_negatives",
    "n_pair_loss",
    "norm_world",
    "partners",
    "read_histories",
    "stratified_split",
    "toy_encoder",
    "train_toy",
]
