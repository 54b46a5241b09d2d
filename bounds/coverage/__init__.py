"""Do n draws from the classes hit all of them; do K negatives collide with the anchor's class?"""

from bounds.coverage.collisions import (
    collision_probability,
    expected_log_collisions,
    log_no_collision_probability,
)
from bounds.coverage.draws import expected_draws_to_cover
from bounds.coverage.probability import coverage_probability, log_coverage_probability

__all__ = [
    "collision_probability",
    "coverage_probability",
    "expected_draws_to_cover",
    "expected_log_collisions",
    "log_coverage_probability",
    "log_no_collision_probability",
]
