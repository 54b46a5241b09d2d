"""m-shot nearest-class-centre error, bounded from class-distance-normalised variances (CDNV)."""

from bounds.few_shot.by_pair import few_shot_error_by_pair
from bounds.few_shot.gaussian import few_shot_error_gaussian
from bounds.few_shot.limits import (
    few_shot_error_gaussian_limit,
    few_shot_error_limit,
    few_shot_error_limit_sharp,
)
from bounds.few_shot.optimal import OptimalFewShotError, few_shot_error_optimal
from bounds.few_shot.orthogonal_noise import orthogonal_noise_error
from bounds.few_shot.proposition_1 import few_shot_error, few_shot_error_a16
from bounds.few_shot.second_moment import few_shot_error_second_moment

__all__ = [
    "OptimalFewShotError",
    "few_shot_error",
    "few_shot_error_a16",
    "few_shot_error_by_pair",
    "few_shot_error_gaussian",
    "few_shot_error_gaussian_limit",
    "few_shot_error_limit",
    "few_shot_error_limit_sharp",
    "few_shot_error_optimal",
    "few_shot_error_second_moment",
    "orthogonal_noise_error",
]
