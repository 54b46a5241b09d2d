"""How far mean-supervised risk can lie from contrastive risk, and how low both can be."""

from bounds.surrogate.certificate import (
    SurrogateInterval,
    surrogate_bounds_paired,
    surrogate_certificate,
)
from bounds.surrogate.floors import (
    contrastive_floor,
    contrastive_floor_etf,
    supervised_floor,
    supervised_floor_etf,
)
from bounds.surrogate.intercept import (
    mean_bound_excess,
    surrogate_upper_intercept,
    surrogate_upper_unit,
)
from bounds.surrogate.lower_sharp import surrogate_lower_box, surrogate_lower_sharp
from bounds.surrogate.many_negatives import surrogate_upper_many_negatives
from bounds.surrogate.published import surrogate_lower, surrogate_upper, surrogate_width
from bounds.surrogate.rivals import (
    arora_bound,
    arora_bound_sharp,
    ash_bound,
    collision_bound,
    nozawa_sato_bound,
)
from bounds.surrogate.upper_sharp import (
    surrogate_upper_prior_free,
    surrogate_upper_sharp,
    surrogate_upper_vertex,
)

__all__ = [
    "SurrogateInterval",
    "arora_bound",
    "arora_bound_sharp",
    "ash_bound",
    "collision_bound",
    "contrastive_floor",
    "contrastive_floor_etf",
    "mean_bound_excess",
    "nozawa_sato_bound",
    "supervised_floor",
    "supervised_floor_etf",
    "surrogate_bounds_paired",
    "surrogate_certificate",
    "surrogate_lower",
    "surrogate_lower_box",
    "surrogate_lower_sharp",
    "surrogate_upper",
    "surrogate_upper_intercept",
    "surrogate_upper_many_negatives",
    "surrogate_upper_prior_free",
    "surrogate_upper_sharp",
    "surrogate_upper_unit",
    "surrogate_upper_vertex",
    "surrogate_width",
]
