"""Random processes from which receivers and wheels take their errors, each an endless iterator with its own seed.

Sigmas are standard deviations of the process once settled, which it is from its first value; times are seconds.
"""

from collections.abc import Iterator
from math import exp, sqrt
from random import Random

from codriver.units import Seconds


def stream(seed: int, subject: str) -> Random:
    """The random numbers of one subject: what one fault draws does not change another."""
    return Random(f"{seed} {subject}")  # noqa: S311 - a simulation must repeat itself, not keep a secret


def gauss_markov(random: Random, sigma: float, tau: Seconds, dt: Seconds) -> Iterator[float]:
    """A process of the first order, correlated exp(-t / tau), one value each `dt`; white where `tau` is 0."""
    keep = exp(-dt / tau) if tau > 0 else 0.0
    fresh = sigma * sqrt(1 - keep * keep)
    value = random.gauss(0.0, sigma)
    while True:
        yield value
        value = keep * value + random.gauss(0.0, fresh)


def smooth(random: Random, sigma: float, tau: Seconds, dt: Seconds) -> Iterator[float]:
    """Two equal poles in a row, correlated (1 + t / tau) exp(-t / tau): it drifts, but does not jitter.

    Receivers filter their positions: the error of the next epoch is nearly this one's (gps-data.md, 2).
    """
    keep = exp(-dt / tau)
    drive = sigma * sqrt(2)  # the second pole halves the variance of a process much slower than dt
    first = random.gauss(0.0, drive)
    value = first / 2 + random.gauss(0.0, drive / 2)
    fresh = drive * sqrt(1 - keep * keep)
    while True:
        yield value
        first = keep * first + random.gauss(0.0, fresh)
        value = keep * value + (1 - keep) * first


def moments(random: Random, per_hour: float, duration: Seconds) -> Iterator[Seconds]:
    """Times of a Poisson process of this rate, from 0 to `duration`."""
    if per_hour <= 0:
        return
    t = random.expovariate(per_hour / 3600.0)
    while t < duration:
        yield t
        t += random.expovariate(per_hour / 3600.0)
