"""The register of the paper: nothing missing, no status better than its proof."""

from theory.claims import all_claims

REGISTER = {
    "dcl-nscl-gap": "published",
    "nscl-below-dcl": "published",
    "dcl-nscl-gap-linear": "published",
    "dcl-nscl-gap-balanced": "published",
    "cl-nscl-gap": "sharper",
    "cl-nscl-gap-etf": "sharper",
    "dcl-nscl-gap-by-class": "sharper",
    "dcl-nscl-gap-anchor": "sharper",
    "dcl-nscl-gap-chord": "sharper",
    "dcl-nscl-gap-etf": "sharper",
    "dcl-nscl-gap-constant": "sharper",
    "gap-rate": "published",
    "gap-rate-lower": "sharper",
    "nscl-minimum": "published",
    "nscl-collapse": "sharper",
    "nscl-geometry": "sharper",
    "nscl-etf-unbalanced": "refuted",
    "nscl-minimum-two-classes": "sharper",
    "dcl-minimum": "sharper",
    "nscl-excess": "sharper",
    "nscl-near-optimal": "published",
    "nscl-near-optimal-sharp": "sharper",
    "ntxent-minimum": "sharper",
    "directional-below-cdnv": "published",
    "direction-misprint": "refuted",
    "few-shot": "corrected",
    "few-shot-a16": "published",
    "few-shot-optimal": "corrected",
    "few-shot-second-moment": "sharper",
    "few-shot-dominated": "sharper",
    "few-shot-by-pair": "sharper",
    "few-shot-gaussian": "sharper",
    "few-shot-limit": "published",
    "few-shot-limit-sharp": "sharper",
    "few-shot-gaussian-limit": "sharper",
    "few-shot-v1": "refuted",
    "linear-probe": "corrected",
    "linear-probe-bias-free": "refuted",
}


def test_every_row_is_registered_with_its_status() -> None:
    found = {name: claim.status for name, claim in all_claims().items()}
    for name, status in REGISTER.items():
        assert found.get(f"luthra2025-{name}") == status, name
