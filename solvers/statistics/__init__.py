"""The statistics of a study.

| module | holds |
|---|---|
| `rates` | Wilson intervals of success rates |
| `running_time` | expected running times (ERT), their bootstrap intervals, ratios and bounds |
| `hitting_times` | two samples of hitting times: Mann-Whitney, log-rank, A12 |
| `multiplicity` | Holm's correction |
| `ideal` | ideal random search over distinct behaviours, exactly |
| `trend` | slopes of growth with intervals |

Arrays have one entry a run: `costs` are the evaluations until the target was reached, or all of
the run where it was not; `reached` says which.
"""

from collections.abc import Sequence
from statistics import median

from solvers.statistics.hitting_times import (
    Comparison,
    compare_times,
    log_rank,
    mann_whitney,
    vargha_delaney,
)
from solvers.statistics.ideal import ideal_bound, ideal_probability, random_expectation
from solvers.statistics.multiplicity import holm
from solvers.statistics.rates import Interval, wilson, wilson_lower, wilson_upper
from solvers.statistics.running_time import (
    LEAST_SUCCESSES,
    RESAMPLES,
    bootstrap_ert,
    bootstrap_ratio,
    ert_bound,
    expected_running_time,
)
from solvers.statistics.trend import Trend, log_linear

__all__ = [
    "LEAST_SUCCESSES",
    "RESAMPLES",
    "Comparison",
    "Interval",
    "Trend",
    "bootstrap_ert",
    "bootstrap_ratio",
    "compare_times",
    "distinct_share",
    "ert_bound",
    "expected_running_time",
    "holm",
    "ideal_bound",
    "ideal_probability",
    "log_linear",
    "log_rank",
    "mann_whitney",
    "median_gap",
    "random_expectation",
    "vargha_delaney",
    "wilson",
    "wilson_lower",
    "wilson_upper",
]


def median_gap(best_errors: Sequence[float], optimum: float) -> float:
    """Median over the runs of how far the best error found lies above the optimum."""
    return median(error - optimum for error in best_errors)


def distinct_share(distinct: Sequence[int], evaluations: Sequence[int]) -> float:
    """Distinct evaluations of all runs (each run counted for itself) / all evaluations."""
    return sum(distinct) / sum(evaluations)
