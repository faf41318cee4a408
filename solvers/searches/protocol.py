"""What a search and an evaluator are: small protocols, and the one error of this area.

- `Evaluator`: the space of genomes and their errors, a batch at a time. Evaluation stays outside
  the search, so every evaluation can be counted.
- `Search`: anything that proposes (`ask`) and is told the outcome (`tell`).
- `ResumableSearch`: a search that says what its state is, so that a run of it can be continued.
- `SampleEvaluator`, `SampleSearch`: the same with tests on single samples beside.
- `SlotEvaluator`, `SlotSearch`: the same with a comparison of behaviours before.
- `StudyError`: a search, a study or its store was asked for something it cannot do.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from solvers.evaluation.space import Space
from solvers.searches.saving.plain_data import State
from theory.kernel.errors import ShefferError

Genomes = NDArray[np.int32]
Errors = NDArray[np.float64]
SampleIds = NDArray[np.int64]


class StudyError(ShefferError):
    """A run, a study or a study's file is malformed, in use, or belongs to another study."""


class Evaluator(Protocol):
    """A problem as a search sees it."""

    @property
    def space(self) -> Space:
        """The genomes it can evaluate."""
        ...

    def __call__(self, genomes: Genomes, /) -> Errors:
        """Errors (n,) of genomes (n, width); least is best, infinity allowed, NaN is not."""
        ...


class SampleEvaluator(Evaluator, Protocol):
    """An evaluator that can also test on single samples; a table has none and cannot."""

    @property
    def samples(self) -> int:
        """Number of samples."""
        ...

    def on_samples(self, genomes: Genomes, samples: SampleIds, /) -> Errors:
        """Errors (n, m) of genomes (n, width) on the samples numbered `samples` (m,)."""
        ...


class Comparison(Protocol):
    """What the slots of n genomes compute; see `solvers.evaluation.slots.SlotKeys`."""

    @property
    def keys(self) -> NDArray[np.uint64]:
        """(n, slots), equal where slots compute the same; 0 where there is no slot."""
        ...

    @property
    def readable(self) -> NDArray[np.bool_]:
        """(n, slots), slots that the output may be read from."""
        ...

    @property
    def redundant(self) -> NDArray[np.int64]:
        """(n,), steps that are of no use."""
        ...


class SlotEvaluator(Evaluator, Protocol):
    """An evaluator that can say which genomes behave alike: of dags with one output, read at the
    best slot, and of chains with one sample, whose end is their one slot."""

    @property
    def comparable(self) -> bool:
        """Whether it is one: an evaluator may serve other problems too."""
        ...

    def compare_slots(self, genomes: Genomes, most: int, /) -> Comparison:
        """What the slots compute, without the target; those with more unread steps are not run."""
        ...

    def slot_errors(self, genomes: Genomes, /) -> Errors:
        """Errors (n, slots) of genomes (n, width); the least is the genome's."""
        ...


class Search(Protocol):
    """A search. It holds the generator that it is given, and its state.

    Calls alternate: every batch that `ask` returned is told before the next `ask`.
    """

    def ask(self, n: int, /) -> Genomes:
        """Between 1 and n genomes (m, width) to evaluate; m = 0 says that nothing is left."""
        ...

    def tell(self, genomes: Genomes, errors: Errors, /) -> None:
        """The errors (m,) of the genomes (m, width) that the last `ask` returned."""
        ...


class ResumableSearch(Search, Protocol):
    """A search whose state is plain data, so that a run in progress can be saved and continued.

    Between two batches `state` tells it; `restore` gives it to a new search with the same space,
    settings and seed, which goes on as the first would have. The generator that the search was
    given is saved by the run. A search without these methods is pickled, and continued only by the
    user whose pickle it is; so is one whose class only inherits them.
    """

    def state(self) -> State:
        """None, numbers, texts, arrays of numbers, and lists and mappings of these."""
        ...

    def restore(self, state: State, /) -> None:
        """Go on from a state; tuples have become lists.

        It comes from a file, which may hold anything: what it raises lets the run start anew, and
        what compiled code would not look at should be checked.
        """
        ...


class SampleSearch(Search, Protocol):
    """A search that also tests genomes on a few samples, which costs it a part of an evaluation.

    It is constructed with the setting `samples`, their number. Before each `ask` the run calls
    `ask_tests` and `tell_tests`, until `ask_tests` has nothing to test.
    """

    def ask_tests(self) -> tuple[Genomes, SampleIds]:
        """Genomes (n, width) and the samples (m,) to test each of them on; n = 0 for none."""
        ...

    def tell_tests(self, genomes: Genomes, samples: SampleIds, errors: Errors, /) -> None:
        """The errors (n, m) of what the last `ask_tests` returned."""
        ...


class SlotSearch(Search, Protocol):
    """A search that compares genomes before it asks for an error.

    Before each `ask` the run calls `ask_comparisons` and `tell_comparisons`, until there is nothing
    to compare; before each `tell` it calls `tell_slot_errors`. Comparisons take no target and are
    counted by themselves.
    """

    @property
    def most_unread(self) -> int:
        """Most unread steps of what need be compared next."""
        ...

    def ask_comparisons(self) -> Genomes:
        """Genomes (n, width) to compare; n = 0 for none."""
        ...

    def tell_comparisons(self, genomes: Genomes, compared: Comparison, /) -> None:
        """What the slots of the last `ask_comparisons` compute."""
        ...

    def tell_slot_errors(self, errors: Errors, /) -> None:
        """The errors (m, slots) of what the last `ask` returned."""
        ...
