"""Bounds that more than one module keeps, each once. No torch."""

MAX_TOTAL_STEPS = 10**8
MAX_SEED = 2**31 - 1
MAX_BETA = 1e6
SIGMA_BOUNDS = (1e-3, 100.0)
MIN_LOG_SCALE = -6.0  # e⁻⁶ = 0.0025, about half a grey level: below it a constant pixel's density grows without end
LOG_VARIANCE_BOUNDS = (-30.0, 20.0)  # of q(z|x), wide enough that training never meets them
