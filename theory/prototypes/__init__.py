"""Class prototypes, the bias of their label-free surrogates, and the objective they define."""

from theory.prototypes.accuracy import nearest_prototype_bound, nearest_prototype_error
from theory.prototypes.bias import PrototypeBias, prototype_bias
from theory.prototypes.certificates import SupervisedCertificates, supervised_certificates
from theory.prototypes.objective import supervised_objective

__all__ = [
    "PrototypeBias",
    "SupervisedCertificates",
    "nearest_prototype_bound",
    "nearest_prototype_error",
    "prototype_bias",
    "supervised_certificates",
    "supervised_objective",
]
