"""The register of the alignment paper: nothing missing, no status better than its proof."""

from theory.claims import all_claims

REGISTER = {
    "reweighting-tv": "published",
    "reweighting-l2": "sharper",
    "reweighting-distance": "sharper",
    "same-class-mass": "sharper",
    "mass-linear": "published",
    "gradient-lipschitz": "corrected",
    "gradient-gap": "corrected",
    "gradient-gap-sharp": "sharper",
    "gradient-gap-spread": "sharper",
    "composition": "corrected",
    "composition-epochs": "corrected",
    "composition-quantile": "sharper",
    "similarity-drift": "corrected",
    "similarity-drift-probability": "corrected",
    "similarity-drift-unclipped": "corrected",
    "nonexpansive-step": "sharper",
    "similarity-drift-gronwall": "sharper",
    "similarity-drift-nonexpansive": "sharper",
    "similarity-drift-kappa": "sharper",
    "similarity-drift-rowwise": "sharper",
    "similarity-drift-spread": "sharper",
    "similarity-drift-equal-visits": "sharper",
    "drift-certificate": "sharper",
    "drift-order": "sharper",
    "gronwall": "sharper",
    "cka-floor": "corrected",
    "cka-floor-sharp": "sharper",
    "rsa-floor": "corrected",
    "rsa-floor-sharp": "sharper",
    "centring-contracts": "published",
    "rdm-gap": "sharper",
    "parameter-drift": "corrected",
    "parameter-drift-quadratic": "sharper",
    "lazy-drift": "sharper",
    "debiased-range": "sharper",
    "debiased-features": "sharper",
    "theorem1-monotone": "corrected",
    "negative-gap": "refuted",
    "one-over-c": "refuted",
    "rsa-floor-beyond-one": "refuted",
    "surrogate-first-order": "refuted",
    "duplicates": "refuted",
    "tied-gradient": "refuted",
    "mass-unclipped": "refuted",
    "rsa-floor-ddof": "refuted",
    "composition-two": "refuted",
    # No trend has a proof: published is what the authors state, conjecture what we restrict.
    "trend-classes": "conjecture",
    "trend-classes-full": "conjecture",
    "trend-temperature": "published",
    "trend-temperature-full": "published",
    "trend-nscl-closest": "conjecture",
    "trend-nscl-closest-full": "conjecture",
    "trend-weight-gap": "published",
    "trend-weight-gap-full": "published",
    "trend-batch": "conjecture",
}


def test_every_row_is_registered_with_its_status_and_no_other() -> None:
    prefix = "luthra2025-alignment-"
    found = {
        name.removeprefix(prefix): claim.status
        for name, claim in all_claims().items()
        if name.startswith(prefix)
    }
    assert found == REGISTER
