"""Ask/tell searches over sequences, and the loop that runs and counts them.

- `Space`: what a genome is. `Evaluator`, `Search`: the two protocols. `StudyError`.
- `RandomSearch`, `LocalSearch`, `RegularisedEvolution`, `Genetic`, `Annealing`,
  `SemanticAnnealing`, `GaussianProcess`, `Competitive`, `Cooperative`: the searches, in `SEARCHES`
  by the names `random`, `local-search`, `regularised-evolution`, `genetic`, `annealing`,
  `semantic-annealing`, `gaussian-process`, `competitive`, `cooperative`. `portfolio`, the frozen
  default, is one of three of them, by the kind of problem.
- `run` gives a `RunResult`. `ResumableSearch`: a search that can be saved and continued.
- For writing searches: `Gate` and `Seen` recognise repeats, `Variation` mutates and crosses.

The defaults of the searches were tuned on generated problems: NK landscapes, sorting networks on up
to six wires, pancakes, drawn networks and dags. `benchmarks.rivals.tuning` is the program, and its
`frozen_ours.json` has every trial.
"""

from solvers.evaluation.space import Space
from solvers.searches.annealing import Annealing
from solvers.searches.competitive import Competitive
from solvers.searches.cooperative import Cooperative
from solvers.searches.evolution import RegularisedEvolution
from solvers.searches.gate import Gate
from solvers.searches.gaussian_process import GaussianProcess
from solvers.searches.genetic import Genetic
from solvers.searches.local_search import LocalSearch
from solvers.searches.protocol import (
    Evaluator,
    ResumableSearch,
    SampleEvaluator,
    SampleSearch,
    Search,
    StudyError,
)
from solvers.searches.random_search import RandomSearch
from solvers.searches.registry import DEFAULT, LEAGUE, SEARCHES, find_search, make_search
from solvers.searches.run import BATCH, CHECKPOINT_S, OPTIMUM, RunResult, run
from solvers.searches.seen import Seen
from solvers.searches.semantic_annealing import SemanticAnnealing
from solvers.searches.variation import Variation

__all__ = [
    "BATCH",
    "CHECKPOINT_S",
    "DEFAULT",
    "LEAGUE",
    "OPTIMUM",
    "SEARCHES",
    "Annealing",
    "Competitive",
    "Cooperative",
    "Evaluator",
    "Gate",
    "GaussianProcess",
    "Genetic",
    "LocalSearch",
    "RandomSearch",
    "RegularisedEvolution",
    "ResumableSearch",
    "RunResult",
    "SampleEvaluator",
    "SampleSearch",
    "Search",
    "Seen",
    "SemanticAnnealing",
    "Space",
    "StudyError",
    "Variation",
    "find_search",
    "make_search",
    "run",
]
