"""Class prototypes, the bias of their label-free surrogates, and the objective they define."""
