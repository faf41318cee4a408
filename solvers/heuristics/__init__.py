"""Ask/tell searches over sequences, and the loop that runs and counts them.

- `Space`: what a genome is. `Evaluator`, `Search`: the two protocols. `StudyError`.
- `RandomSearch`, `LocalSearch`, `RegularisedEvolution`, `Genetic`: the searches, in `SEARCHES`
  by the names `random`, `local-search`, `regularised-evolution`, `genetic`.
- `run` gives a `RunResult`.
- For writing searches: `Gate` recognises repeats, `Variation` mutates and crosses genomes.

The defaults of all searches were tuned on generated problems only (NK landscapes, sorting networks
on up to six wires, pancakes), never on a problem they are reported on.
"""

from solvers.heuristics.evolution import RegularisedEvolution
from solvers.heuristics.gate import Gate
from solvers.heuristics.genetic import Genetic
from solvers.heuristics.local_search import LocalSearch
from solvers.heuristics.protocol import Evaluator, Search, StudyError
from solvers.heuristics.random_search import RandomSearch
from solvers.heuristics.registry import SEARCHES, find_search, make_search
from solvers.heuristics.run import BATCH, OPTIMUM, RunResult, run
from solvers.heuristics.space import Space
from solvers.heuristics.variation import Variation

__all__ = [
    "BATCH",
    "OPTIMUM",
    "SEARCHES",
    "Evaluator",
    "Gate",
    "Genetic",
    "LocalSearch",
    "RandomSearch",
    "RegularisedEvolution",
    "RunResult",
    "Search",
    "Space",
    "StudyError",
    "Variation",
    "find_search",
    "make_search",
    "run",
]
