"""Simulated annealing among sequences without redundant steps; what is known is not paid for.

Most genomes of a dag compute what shorter ones do, so that a plain search evaluates hardly anything
new. Here a proposal is first *compared*: which of its slots compute what was read before, and how
many of its steps are redundant (`solvers.evaluation.slots`); that takes the components and no
target. Those with more redundant steps than the present genome, beyond a small allowance, are
passed over. One whose slots have all been read has a known error and is decided from memory. Only a
slot that is new costs an evaluation, which tells the errors of all slots. A chain with one sample
has one slot, the state in which it ends.

The walk is Metropolis's, on the error of the last slot that can be read; its temperature finds
itself as in `solvers.searches.annealing`. Ideal random search over distinct behaviours is granted
the same knowledge, which behaviours are equal, and more: all of them, listed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from solvers.compiled.compiling import compiled
from solvers.evaluation.slots import SlotKeys
from solvers.evaluation.space import Space
from solvers.searches.annealing import accepts
from solvers.searches.gate import Gate
from solvers.searches.kernels import mutate
from solvers.searches.memory import Memory, recall
from solvers.searches.protocol import Comparison
from solvers.searches.random_streams import GOLDEN, unit
from solvers.searches.saving.plain_data import State
from solvers.searches.saving.state import (
    are_errors,
    are_genomes,
    array,
    mapping,
    member,
    require,
    set_state,
    state_of,
    whole,
)
from solvers.searches.settings import at_least, chance_of_more, positive, share
from solvers.searches.variation import Variation

NOTHING, NEW, MOVED = range(3)

STATE = (
    "gate", "memory", "genome", "keys", "level", "allowed", "redundant", "fresh", "vain", "walked",
    "starts", "proposals", "place",
)  # fmt: skip
"""The attributes that change in a run, but for what is compared and asked."""


class SemanticAnnealing:
    """Simulated annealing that knows which sequences behave alike.

    Args:
        space, rng: where to search, and the run's only source of randomness.
        acceptance: share of the worse proposals that are taken.
        gain: how fast the temperature follows; its logarithm changes by at most this at a time.
        extra: probability of another mutation after each one.
        slack: probability that a start allows one redundant step more, and so on.
        patience: evaluations without a better last slot before it starts again at random.
        walk: comparisons in a row that find nothing new before it starts again.
        batch: proposals compared at once.
    """

    def __init__(
        self,
        space: Space,
        rng: np.random.Generator,
        *,
        acceptance: float = 0.02,
        gain: float = 0.3,
        extra: float = 0.0,
        slack: float = 0.1,
        patience: int = 10_000,
        walk: int = 2000,
        batch: int = 64,
    ) -> None:
        at_least(1, patience=patience, walk=walk, batch=batch)
        share(acceptance=acceptance)
        positive(gain=gain)
        chance_of_more(extra=extra, slack=slack)
        self.space = space
        self.rng = rng
        self.acceptance = acceptance
        self.gain = gain
        self.extra = extra
        self.slack = slack
        self.patience = patience
        self.walk = walk
        self.batch = batch
        self.gate = Gate(space)
        self.variation = Variation(space)
        self.memory = Memory()
        self.genome = np.empty(0, dtype=np.int32)
        self.keys = np.empty(0, dtype=np.uint64)
        # error, its temperature, least error since the start
        self.level = np.array([math.inf, math.nan, math.inf])
        self.allowed = 0
        self.redundant = 0
        self.fresh = True
        self.vain = 0
        self.walked = 0
        self.starts = 0
        self.proposals = np.empty((0, space.width), dtype=np.int32)
        self.compared: Comparison | None = None
        self.place = 0
        self.asked = -1

    @property
    def most_unread(self) -> int:
        """Most unread steps of a dag that need be run to be compared."""
        return self.space.width if self.fresh else max(self.allowed, self.redundant)

    def ask_comparisons(self) -> NDArray[np.int32]:
        """Proposals to compare, until one of them is worth an evaluation."""
        if self.asked >= 0 or self.starts > 1 or not self.variation.possible:
            return self.proposals[:0]
        if self.fresh:
            self.proposals = self.space.sample(self.rng, self.batch)
        else:
            self.proposals = np.repeat(self.genome[None], self.batch, axis=0)
            _mutate_all(
                self.proposals, self.space.options, self.space.optional, self.space.chain,
                self.variation.weights, self.extra, self.rng.integers(2**64, dtype=np.uint64),
            )  # fmt: skip
        return self.proposals

    def tell_comparisons(self, genomes: NDArray[np.int32], compared: Comparison, /) -> None:
        """Walk through what memory decides, up to the first proposal that is new."""
        if not self.fresh:
            require(compared.keys.shape[1] == len(self.keys))
        self.compared = compared
        self.place = 0
        if self.fresh:
            self._start()
        else:
            self._go_on()

    def _start(self) -> None:
        """Begin at the proposal with the fewest redundant steps."""
        assert self.compared is not None
        self.allowed = int(self.rng.geometric(1.0 - self.slack)) - 1
        self.vain = self.walked = 0
        self.level[:] = math.inf, math.nan, math.inf
        best = int(self.compared.redundant.argmin())
        self.genome = self.proposals[best].copy()
        self.keys = self.compared.keys[best].copy()
        self.redundant = int(self.compared.redundant[best])
        self.fresh = False
        self.starts += 1
        known, error = self.memory.last_error(self.keys, self.compared.readable[best])
        if known:
            self.level[0] = self.level[2] = error
            self.compared = None
        else:
            self.asked = best

    def _go_on(self) -> None:
        assert self.compared is not None
        event, self.place, self.walked = _scan(
            self.proposals, self.compared.keys, self.compared.readable, self.compared.redundant,
            self.place, self.keys, self.level, self.redundant, self.allowed,
            self.memory.keys, self.memory.errors, self.acceptance, self.gain, self.walked,
            self.rng.integers(2**64, dtype=np.uint64),
        )  # fmt: skip
        if event == NEW:
            self.asked = self.place
            return
        if event == MOVED:
            self._move(self.place)
        if event == NOTHING:
            self.compared = None
        if self.walked >= self.walk:
            self._restart()

    def _move(self, place: int) -> None:
        assert self.compared is not None
        self.genome = self.proposals[place].copy()
        self.keys = self.compared.keys[place].copy()
        self.redundant = int(self.compared.redundant[place])
        self.compared = None

    def _restart(self) -> None:
        self.fresh = True
        self.compared = None

    def ask(self, n: int, /) -> NDArray[np.int32]:
        """The proposal that is new; where two starts led to none, a random genome."""
        if self.asked >= 0:
            return self.proposals[self.asked : self.asked + 1]
        return self.gate.sample(self.rng, 1)

    def tell_slot_errors(self, errors: NDArray[np.float64], /) -> None:
        """The errors (1, slots) of what was asked, told before its error as a whole."""
        if self.asked >= 0:
            assert self.compared is not None
            row = self.asked
            self.memory.learn(self.compared.keys[row], self.compared.readable[row], errors[0])

    def tell(self, genomes: NDArray[np.int32], errors: NDArray[np.float64], /) -> None:
        """Move to the proposal or stay, and go on through those that were compared with it."""
        if not len(errors):
            return
        self.starts = 0
        place, self.asked = self.asked, -1
        if place < 0:  # a random genome; begin anew
            self._restart()
            return
        assert self.compared is not None
        self.walked = 0
        self.vain += 1
        _, error = self.memory.last_error(self.compared.keys[place], self.compared.readable[place])
        redundant = int(self.compared.redundant[place])
        start = math.isinf(self.level[2]) and np.array_equal(self.proposals[place], self.genome)
        if start or _taken(
            error, redundant, self.level, self.redundant, self.allowed, self.acceptance,
            self.gain, self.rng.random(),
        ):  # fmt: skip
            self.level[0] = error
            self._move(place)
        if error < self.level[2]:
            self.level[2] = error
            self.vain = 0
        if self.vain >= self.patience:
            self._restart()
        elif self.compared is not None:
            self.place = place + 1
            self._go_on()

    def state(self) -> State:
        """What changes in a run, but for the generator."""
        slots: State | None = None
        if self.compared is not None:
            names = ("keys", "readable", "redundant")
            slots = {name: getattr(self.compared, name) for name in names}
        return {**state_of(self, STATE), "compared": slots, "asked": self.asked}

    def restore(self, state: State) -> None:
        """Go on from there; a ValueError where it is no state of such a search."""
        set_state(self, STATE, state)
        started = len(self.genome) > 0
        require(len(self.genome) in (0, self.space.width))
        require(
            self.fresh or started,
            not started or are_genomes(self.space, self.genome[None]),
            self.level.shape == (3,),
            are_errors(self.level[::2]),
            are_genomes(self.space, self.proposals),
            self.starts <= 2,
        )
        self.asked = whole(member(state, "asked"), len(self.proposals) - 1, least=-1)
        require(self.place <= len(self.proposals))
        if member(state, "compared") is None:
            require(self.asked < 0)
            return
        compared = mapping(state["compared"])
        n, slots = len(self.proposals), len(self.keys)
        redundant = array(member(compared, "redundant"), np.int64, n)
        require(started, (redundant >= 0).all())
        self.compared = SlotKeys(
            array(member(compared, "keys"), np.uint64, n, slots),
            array(member(compared, "readable"), np.bool_, n, slots),
            redundant,
        )


@compiled
def _mutate_all(
    rows: NDArray[np.int32],
    options: NDArray[np.int64],
    optional: NDArray[np.bool_],
    chain: bool,
    weights: NDArray[np.float64],
    extra: float,
    state: np.uint64,
) -> None:
    before = np.empty(rows.shape[1], dtype=np.int32)
    for i in range(len(rows)):
        state = mutate(rows[i], options, optional, chain, weights, extra, before, state)


@compiled
def _taken(
    error: float,
    redundant: int,
    level: NDArray[np.float64],
    present: int,
    allowed: int,
    acceptance: float,
    gain: float,
    u: float,
) -> bool:
    """Whether the walk moves: to fewer redundant steps always, to more never, else by error."""
    there, here = max(redundant, allowed), max(present, allowed)
    if there != here:
        return there < here
    return accepts(0, error, level[0:1], level[1:2], acceptance, gain, u)


@compiled
def _scan(
    proposals: NDArray[np.int32],
    keys: NDArray[np.uint64],
    readable: NDArray[np.bool_],
    redundant: NDArray[np.int64],
    first: int,
    present: NDArray[np.uint64],
    level: NDArray[np.float64],
    redundant_now: int,
    allowed: int,
    known: NDArray[np.uint64],
    errors: NDArray[np.float64],
    acceptance: float,
    gain: float,
    walked: int,
    state: np.uint64,
) -> tuple[int, int, int]:
    """Go through compared proposals; what happened, where, and how many were walked past."""
    for i in range(first, len(proposals)):
        walked += 1
        same = True
        run = False
        for s in range(keys.shape[1]):
            same &= keys[i, s] == present[s]
            run |= keys[i, s] != 0
        if same or not run:
            continue
        error = np.inf
        for s in range(keys.shape[1]):
            if readable[i, s]:
                error = recall(keys[i, s], known, errors)
                if np.isnan(error):
                    return NEW, i, walked
        state += GOLDEN
        if _taken(
            error, redundant[i], level, redundant_now, allowed, acceptance, gain, unit(state)
        ):
            level[0] = error
            return MOVED, i, walked
    return NOTHING, len(proposals), walked
