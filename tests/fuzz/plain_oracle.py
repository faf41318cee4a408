"""What a set's own steps say against a claim that halting is decidable.

`objections` takes a set's text and what a `limit` certificate claims of it, runs steps of the set
on concrete states (`plain_programs`), and lists what it saw that the claim rules out. An empty list
proves nothing. Each objection is a fact about the set: a step, two states, and what became of them.

What each route claims, so far as running steps can refute it:

- finite: no register takes more values than its sort has; with a box, no start state lies outside
  it and no step leads out of it.
- vector-addition: wherever a step does not block it adds the same constants to the infinite
  registers; what it decides and what it writes elsewhere do not depend on them; where it does not
  block, it does not block for larger values either; what it lowers stays at least 0.
- one-counter: beyond the window the step's guard, decisions and other results depend on the counter
  modulo the modulus only, and in each residue class it adds a constant or resets to one.
- one-stack: likewise modulo the base; in each class it keeps, pops, or pushes a digit.
- decidable-halting: straight-line, loop, or nothing to branch on.

For the last three, every other register must be finite too. One counter and one stack are judged by
residue class, which is more lenient than the checker: that would still be sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from tests.fuzz.plain_programs import PlainSet, PlainStep, read_plain_set, steps_anywhere, steps_on
from tests.fuzz.plain_terms import (
    INT,
    PlainArray,
    PlainSort,
    Value,
    constant_array,
    count,
    members,
    store,
    zero,
)

State = tuple[Value, ...]
MAX_STEPS = 240  # steps of a set that are looked at; every test is
ROUNDS = 3  # settings of the finite registers that each step is tried at
WALK = 400  # states on one walk, where a register has few enough values for a walk to tell


def objections(
    text: str, regime: str, route: str, hints: dict[str, Any], seed: int = 0
) -> list[str]:
    """What was seen that the claim rules out; at most a few, the first of each kind."""
    plain, rng = read_plain_set(text), Random(seed)
    if not _well_formed(route, hints):
        return [f"{hints} are no hints of {route}"]
    if route == "decidable-halting":
        return list(_branching(plain, regime))
    if plain.cells:
        return ["cells are infinitely many registers"]
    if route != "finite" and regime != "while":
        return [f"{route} says nothing about {regime}"]
    found: list[str] = []
    sorts = {s for _, s in plain.registers} | set(plain.any_of)
    infinite = [s for s in sorts if plain.infinite(s)]
    found += _overflowing(plain, rng)
    if route == "finite":
        if hints["box"] is None:
            found += [f"a register of sort {s} is infinite" for s in infinite]
        else:
            found += _leaving(plain, hints["box"], rng)
    elif route == "vector-addition":
        found += [f"a register of sort {s} is no counter" for s in infinite if s != INT]
        for step in _steps(plain, rng):
            found += _vector(plain, step, _numbers(text, rng), rng)
    else:
        counters = [n for n, s in plain.registers if plain.infinite(s)]
        if len(counters) != 1 or infinite != [INT] or any(map(plain.infinite, plain.any_of)):
            return [*found, "there is not exactly one infinite register, an integer"]
        place = [n for n, _ in plain.registers].index(counters[0])
        for step in _steps(plain, rng):
            found += _beyond(plain, step, place, route, hints, rng)
    return found[:5]


def _well_formed(route: str, hints: dict[str, Any]) -> bool:
    """Whether the hints are what the route takes, so far as they mean anything."""
    match route, hints:
        case ("decidable-halting" | "vector-addition", {}):
            return not hints
        case "finite", {"box": None}:
            return True
        case "finite", {"box": dict() as box}:
            return all(
                isinstance(b, list)
                and len(b) == 2
                and all(isinstance(n, int) for n in b)
                and b[0] <= b[1]
                for b in box.values()
            )
        case "one-counter", {"window": int(window), "modulus": int(modulus)}:
            return window >= 0 and modulus >= 1
        case "one-stack", {"window": int(window), "base": int(base)}:
            return window >= 0 and base >= 2
    return False


def _branching(plain: PlainSet, regime: str) -> Iterator[str]:
    if regime == "while":
        for component in plain.components:
            if plain.admitted(component):
                yield f"a program may branch on {component.name}"
    elif regime not in ("straight-line", "loop"):
        yield f"under {regime} programs may run for ever"


def _steps(plain: PlainSet, rng: Random) -> list[PlainStep]:
    """The steps to look at: all tests, and a sample of the others where there are too many.

    A test that control does not admit can be in no program.
    """
    every = [
        s
        for s in steps_anywhere(plain)
        if s.component.role != "test" or plain.admitted(s.component)
    ]
    tests = [s for s in every if s.component.role == "test"]
    others = [s for s in every if s.component.role != "test"]
    if len(others) > MAX_STEPS:
        others = rng.sample(others, MAX_STEPS)
    return tests + others


def _seen(plain: PlainSet, step: PlainStep, state: State) -> tuple[State, bool | None] | None:
    """What a program can see of the step: no decision that control lets it not branch on."""
    done = step.run(state)
    if done is None or plain.admitted(step.component):
        return done
    return done[0], None


# Values to try


def _numbers(text: str, rng: Random) -> list[int]:
    """Integers near those of the text, small ones of both signs, and large ones."""
    written = {int(n) for n in re.findall(r"(?<![\w.#])\d{1,6}(?![\w.])", text)}
    near = {sign * n + d for n in written for sign in (1, -1) for d in (-1, 0, 1)}
    far = {rng.randrange(10, 10**6), -rng.randrange(10, 10**6), 10**30 + rng.randrange(60)}
    return sorted(near | far | set(range(-4, 7)))


def _value(sort: PlainSort, plain: PlainSet, numbers: list[int], rng: Random) -> Value:
    """Some value a register of the sort may hold."""
    every = members(sort, plain.values)
    if every is not None:
        return rng.choice(every)
    if sort.kind == "BitVec":
        return rng.randrange(2**sort.width)
    if sort.kind == "Int":
        return rng.choice(numbers)
    if sort.kind == "Real":
        return Fraction(rng.choice(numbers), rng.randrange(1, 5))
    assert sort.key is not None
    assert sort.element is not None
    array = constant_array(sort, _value(sort.element, plain, numbers, rng))
    for _ in range(rng.randrange(3)):
        index = _value(sort.key, plain, numbers, rng)
        array = store(array, index, _value(sort.element, plain, numbers, rng))
    return array


def _show(state: State) -> str:
    def word(value: Value) -> str:
        if isinstance(value, PlainArray):
            return f"[{value.default}; {dict(value.entries)}]"
        return str(value)

    return "(" + ", ".join(map(word, state)) + ")"


# Finite


def _common(plain: PlainSet) -> tuple[PlainSort, ...]:
    """The declared registers and two of each sort of which there are any number."""
    return (*(s for _, s in plain.registers), *(s for s in plain.any_of for _ in range(2)))


def _overflowing(plain: PlainSet, rng: Random) -> Iterator[str]:
    """A finite register that leaves its domain, or takes more values than there are."""
    registers = _common(plain)
    sizes = [count(s, plain.values) for s in registers]
    doubtful = [
        k
        for k, (s, size) in enumerate(zip(registers, sizes, strict=True))
        if size is not None and plain.values and s.kind in ("Int", "Array") and size < 10 * WALK
    ]
    steps = [s for s in steps_on(plain, registers) if s.component.role != "test"]
    if not doubtful or not steps:
        return
    seen: list[set[Value]] = [set() for _ in registers]
    for length in (WALK // 2, 12 * WALK):
        state = tuple(zero(s) for s in registers)
        favourite = rng.sample(steps, min(len(steps), 2))  # a walk of few steps gets far
        for _ in range(length):
            done = rng.choice(favourite if rng.random() < 0.9 else steps).run(state)
            if done is None:
                continue
            state = done[0]
            for k in doubtful:
                value, size = state[k], sizes[k]
                if registers[k] == INT and not 0 <= value < plain.values:
                    yield f"a register of 0 .. {plain.values - 1} comes to hold {value}"
                    return
                seen[k].add(value)
                if size is not None and len(seen[k]) > size:
                    yield f"a {registers[k]} of {size} values took more, {_show((value,))} the last"
                    return


def _leaving(plain: PlainSet, box: dict[str, list[int]], rng: Random) -> Iterator[str]:
    """A start state outside the box, or a run from a start state that leaves it."""
    places = {n: k for k, (n, _) in enumerate(plain.registers)}
    outside = [n for n, s in plain.registers if plain.infinite(s) and n not in box]
    if outside or any(map(plain.infinite, plain.any_of)):
        yield f"the box leaves out an infinite register: {outside or 'any'}"
        return
    if plain.starts is None:
        yield "every state is a start state"
        return
    numbers = sorted(
        {b + d for bounds in box.values() for b in bounds for d in (-2, -1, 0, 1, 2, 9)}
    )

    def holds(state: State) -> bool:
        return all(low <= state[places[n]] <= high for n, (low, high) in box.items())

    registers = _common(plain)
    steps = [s for s in steps_on(plain, registers) if s.component.role != "test"]
    starts = []
    for _ in range(60):
        state = tuple(_value(s, plain, numbers, rng) for s in registers)
        env = {n: state[k] for n, k in places.items()}
        if plain.starts(env):
            starts.append(state)
            if not holds(state):
                yield f"the start state {_show(state)} is outside the box"
                return
    seen = set(starts)
    left = list(starts)
    while left and len(seen) < WALK:
        state = left.pop(rng.randrange(len(left)))
        for step in steps:
            done = step.run(state)
            if done is None or done[0] in seen:
                continue
            if not holds(done[0]):
                yield f"{step} leads from {_show(state)} to {_show(done[0])}, outside the box"
                return
            seen.add(done[0])
            left.append(done[0])


# Vector addition


def _vector(plain: PlainSet, step: PlainStep, numbers: list[int], rng: Random) -> Iterator[str]:
    """Two runs of a step that agree on the finite registers and differ in effect."""
    sorts = step.registers
    counters = [k for k, s in enumerate(sorts) if s == INT and plain.infinite(s)]
    touched = {*step.reads, *step.writes}
    for _ in range(ROUNDS):
        base = [_value(s, plain, numbers, rng) for s in sorts]
        tried = [tuple(base)]
        for _ in range(24):
            changed = list(base)
            for k in counters:
                if k in touched:
                    changed[k] = rng.choice(numbers)
            tried.append(tuple(changed))
        runs: list[tuple[State, State, tuple[State, Any]]] = []  # before, after, effect
        blocked: list[State] = []
        for state in tried:
            done = _seen(plain, step, state)
            if done is None:
                blocked.append(state)
                continue
            after, says = done
            change = tuple(
                b - a if k in counters else b
                for k, (a, b) in enumerate(zip(state, after, strict=True))
            )
            runs.append((state, after, (change, says)))
        for state, after, _ in runs:
            for larger in blocked:
                if all(larger[k] >= state[k] for k in counters):
                    yield f"{step} runs at {_show(state)} and blocks at {_show(larger)}"
                    return
            for k in counters:
                if after[k] < state[k] and after[k] < 0:
                    yield f"{step} lowers {state[k]} to {after[k]}"
                    return
        for before, _, effect in runs:
            if effect != runs[0][2]:
                (one, says), (other, says2) = runs[0][2], effect
                yield (
                    f"{step} at {_show(runs[0][0])} and at {_show(before)}: adds or writes "
                    f"{_show(one)}, decides {says}; and {_show(other)}, {says2}"
                )
                return


# One counter, one stack


def _beyond(
    plain: PlainSet, step: PlainStep, place: int, route: str, hints: dict[str, Any], rng: Random
) -> Iterator[str]:
    """Three values a period apart, all beyond the window, treated in different ways."""
    window, period = hints["window"], hints["modulus" if route == "one-counter" else "base"]
    if place not in (*step.reads, *step.writes):
        return
    for round_number in range(4 * ROUNDS):
        state = [_value(s, plain, [0, 1], rng) for s in step.registers]
        sign = 1 if round_number % 2 == 0 else -1
        away = rng.choice((1, 2, 3, rng.randrange(1, 2 * period + 2), rng.randrange(1, 10**6)))
        numbers = [sign * (window + away + j * period) for j in range(4)]
        results = []
        for x in numbers:
            state[place] = x
            results.append(_seen(plain, step, tuple(state)))
        blocked = [r is None for r in results]
        if any(b != blocked[0] for b in blocked):
            yield f"{step} blocks for some of {numbers}, not for others"
            return
        ran = [r for r in results if r is not None]
        seen = {(says, *after[:place], *after[place + 1 :]) for after, says in ran}
        if len(seen) > 1:
            yield f"{step} tells {numbers} apart"
            return
        new = [after[place] for after, _ in ran]
        if new and not _has_form(route, period, numbers, new):
            yield f"{step} takes {numbers} to {new}"
            return


def _has_form(route: str, period: int, old: list[int], new: list[int]) -> bool:
    """Whether the new values are one of the route's functions of the old ones."""
    if route == "one-counter":
        adds = len({b - a for a, b in zip(old, new, strict=True)}) == 1
        return adds or len(set(new)) == 1
    keeps, pops = new == old, new == [a // period for a in old]
    digits = {b - period * a for a, b in zip(old, new, strict=True)}
    return keeps or pops or (len(digits) == 1 and 0 <= min(digits) < period)
