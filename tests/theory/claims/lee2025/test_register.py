"""The register of the paper: nothing missing, no status better than its proof."""

from theory.claims import all_claims

REGISTER = {
    "attract-bias": "sharper",
    "attract-sharp": "sharper",
    "attract-identity": "sharper",
    "squared-below-raw": "sharper",
    "attract-jensen-literal": "refuted",
    "attract-jensen": "corrected",
    "attract-jensen-expected": "corrected",
    "attract-identity-cosine": "sharper",
    "attract-unnormalised-literal": "refuted",
    "repel-distance-literal": "refuted",
    "repel-sandwich": "published",
    "repel-chain": "sharper",
    "repel-label-free": "corrected",
    "repel-single-view": "sharper",
    "repel-gap": "sharper",
    "repel-best-alpha": "sharper",
    "repel-cosine-literal": "refuted",
    "repel-cosine-temperature": "corrected",
    "repel-cosine-additive": "corrected",
    "repel-norm-constant": "corrected",
    "repel-norm-constant-literal": "refuted",
    "repel-instances": "sharper",
    "repel-iid-batch-literal": "refuted",
    "repel-batch-monotone": "published",
    "total": "corrected",
    "total-cosine": "corrected",
    "certificate-batch": "sharper",
    "certificate-ntxent": "sharper",
    "certificate-expected": "sharper",
    "certificate-own-view-literal": "refuted",
    "supervised-minimum": "sharper",
    "free-prototype-minimum": "sharper",
    "balanced-minimum": "sharper",
    "balanced-minimum-same-view": "sharper",
    "force-ratio": "sharper",
    "aligned-optimum-literal": "refuted",
    "variance-split": "sharper",
    "debiased-bias": "sharper",
    "nearest-prototype-error": "sharper",
    "bias-accuracy-literal": "refuted",
    "ntxent-relation": "sharper",
    "dcl-relation": "sharper",
    "nscl-relation": "sharper",
    "dhel-relation": "sharper",
    "supcon-relation": "sharper",
    "loss-order": "sharper",
    "ntxent-softplus": "sharper",
    "alpha-monotone": "sharper",
    "large-alpha": "sharper",
    "small-alpha": "sharper",
    "align-uniform": "sharper",
    "spectral-limit": "sharper",
    "bias-accuracy": "conjecture",
    "bias-accuracy-full": "conjecture",
}


def test_every_row_is_registered_with_its_status_and_no_other() -> None:
    prefix = "lee2025-"
    found = {
        name.removeprefix(prefix): claim.status
        for name, claim in all_claims().items()
        if name.startswith(prefix)
    }
    assert found == REGISTER
