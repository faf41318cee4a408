"""Random changes of certificates: of the JSON, of the texts in it, and of the packed proofs.

- `Mutant`, `mutant`: a certificate changed once for each of its seeds, so that a failing one can be
  made again, and with fewer changes.
- `MUTATIONS`: the changes with their weights. Each gets a random generator and the data, changes it
  in place and says in a few words what it did; `None` where it does not apply.

Changes made blindly are mostly refused for their form. So some of them mend what they broke: they
renumber lines, recompute stated errors, or recompute tables. What they leave false is only the
claim.
"""

from __future__ import annotations

import base64
import copy
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.component_sets import read_set
from tests.fuzz.function_truth import operations_of
from tests.fuzz.optimum_truth import read_problem_data, read_witness, witness_error
from tests.fuzz.smt_text import Malformed, Unreadable

Data = dict[str, Any]
Path = tuple[Any, ...]
Change = Callable[[Random, Data, Mapping[str, str]], str | None]

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, "", [], {}, 0, 1, -1, 2, 3, 10**6, 2**31, 2**64, -(2**63), 10**40, 1.0, -0.5,
    1e300, float("inf"), "0", "1", "1/2", "-1", "inf", "1/0", "9" * 400, "1" + "0" * 320, "x", [[]],
    [0], [0, 0], {"a": 1}, [None], "true", "\u0661", "0/1", "1e400",
)  # fmt: skip
TEXTS = (
    "\x1b[2K\x1b[1Gok", "a\nb", "a\r\nACCEPTED", "\ud800", "\udfff\ud800", "\u202ereversed", "\x00",
    "x" * 3_000, "n" * 200_000, "e: error 0 at length 0, optimal, checked", "|", "\\", '"', "'", "",
    " ", "\u2028", "caf\u00e9", "(", "a b", "\u200b", "\x85", "%s{0}", "-1",
)  # fmt: skip


ENVELOPE = {"format", "version", "kind"}


def places(data: Any, path: Path = ()) -> list[Path]:
    """The path of every value inside."""
    found: list[Path] = []
    items: Any = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += places(value, (*path, key))
    return found


def at(data: Any, path: Path) -> Any:
    """The value at a path."""
    for key in path:
        data = data[key]
    return data


def _spot(rng: Random, data: Data) -> tuple[Any, Any, str]:
    """A holder and a key in it, and the path in words.

    Depth first by chance: every level is as likely, so that long tables do not draw everything.
    """
    holder: Any = data
    words: list[str] = []
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        # The envelope is soon tried out.
        inside = [k for k in keys if k not in ENVELOPE]
        key = rng.choice(inside if inside and rng.random() < 0.98 else keys)
        words.append(str(key))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.25:
            return holder, key, ".".join(words)
        holder = inner


# Changes of the JSON


def delete(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Deletes one value."""
    holder, key, where = _spot(rng, data)
    del holder[key]
    return f"delete {where}"


def duplicate(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Lists one item twice."""
    holder, key, where = _spot(rng, data)
    if not isinstance(holder, list):
        return None
    holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
    return f"duplicate {where}"


def swap(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Exchanges two values of one holder."""
    holder, key, where = _spot(rng, data)
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    other = rng.choice(keys)
    if holder[key] == holder[other]:
        return None
    holder[key], holder[other] = holder[other], holder[key]
    return f"swap {where} with {other}"


def move(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Puts a copy of one value where another stands."""
    source, key, where = _spot(rng, data)
    holder, other, there = _spot(rng, data)
    holder[other] = copy.deepcopy(source[key])
    return f"copy {where} to {there}"


def nearby(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Changes one value to one that is near: the most plausible change."""
    holder, key, where = _spot(rng, data)
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = value + rng.choice((-2, -1, 1, 1, 2)) if rng.random() < 0.8 else -value
    elif isinstance(value, str) and re.fullmatch(r"\d+(/\d+)?", value):
        holder[key] = str(max(0, int(value.split("/", maxsplit=1)[0]) + rng.choice((-1, 1, 2))))
    elif isinstance(value, str) and len(value) < 40:
        holder[key] = _edited(rng, value)
    else:
        return None
    return f"{where}: {str(value)[:30]!r} -> {str(holder[key])[:30]!r}"


def odd(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Puts a value of another type, or an extreme one, somewhere."""
    holder, key, where = _spot(rng, data)
    holder[key] = copy.deepcopy(rng.choice(ODD_VALUES))
    return f"{where} := {str(holder[key])[:30]!r}"


def _another(rng: Random, pool: Mapping[str, str]) -> Data:
    found: Data = json.loads(pool[rng.choice(sorted(pool))])
    return found


def splice_same(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Puts a part of another certificate in, at the same path."""
    other = _another(rng, pool)
    shared = [p for p in places(data) if len(p) <= 4]
    rng.shuffle(shared)
    for path in shared[:30]:
        try:
            part = at(other, path)
        except (KeyError, IndexError, TypeError):
            continue
        at(data, path[:-1])[path[-1]] = copy.deepcopy(part)
        return f"splice {'.'.join(map(str, path))} of {other.get('kind')}"
    return None


def splice_any(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Puts a random part of another certificate somewhere."""
    source, key, where = _spot(rng, _another(rng, pool))
    holder, other, there = _spot(rng, data)
    holder[other] = copy.deepcopy(source[key])
    return f"splice {where} at {there}"


CHOICES: dict[str, tuple[Any, ...]] = {
    "evidence": ("proved", "recounted", "attested", "", None),
    "measure": ("wrong-samples", "wrong-bits", "absolute", "squared", "greatest"),
    "cost": ("length", "tree", "depth"),
    "wiring": ("chain", "dag", "table"),
    "regime": ("straight-line", "loop", "while", "recurrent", "cells"),
    "route": (
        "finite", "decidable-halting", "vector-addition", "one-counter", "one-stack", "one counter",
    ),
    "verdict": ("complete", "incomplete", "unknown"),
    "kind": ("optimum", "simulation", "limit", "functional"),
    "k": (1, 2, 3, 4, 5),
    "code": ("binary", "half-tape", "ternary", "base4"),
    "scale": (1, 2, -1, 3, 10**9, 0),
    "offset": (0, 1, -1, 7, -(10**9)),
    "count": (2, 3, 1, 4),
    "sort": ("Int", "Real", "Bool", "(_ BitVec 1)", "(Array Int Int)"),
    "blank": (True, False),
    "negated": (True, False),
    "window": (0, 1, 2, 4, 8, 10**6),
    "modulus": (1, 2, 3, 4, 6),
    "base": (2, 3, 4, 10),
    "box": (None, {}, {"n": [0, 3]}, {"n": [0, 7]}, {"n": [0, 100]}, {"n": [-5, 6]}),
    "jump": (None,),
    "version": (1, 2, "1", True),
    "format": ("sheffer certificate", ""),
    "condition": ("true", "false", "(> x 0)", "(= x 1)", "(< x 0)"),
    "source": ("", "measured", "\x1b[1m"),
    "engine": ("chain", "dag", "smt", ""),
    "slupecki_operation": (0, 1, 2),
    "length": (0, 1, 2, 3, 4, 5, 6, 10, 10_000),
    "error": ("0", "1", "2", "1/2", "inf"),
    "at_least": ("0", "1", "2", "3", "1/2", "inf"),
}  # fmt: skip
HINTS = {
    "finite": {"box": None},
    "decidable-halting": {},
    "vector-addition": {},
    "one-counter": {"window": 4, "modulus": 1},
    "one-stack": {"window": 4, "base": 2},
}


def choose(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Changes a field to another of its known values."""
    found = [p for p in places(data) if p[-1] in CHOICES]
    if not found:
        return None
    # One kind of field first: else the lines of a frontier draw everything.
    keys = sorted({p[-1] for p in found})
    inside = [k for k in keys if k not in ENVELOPE]
    key = rng.choice(inside if inside and rng.random() < 0.98 else keys)
    path = rng.choice([p for p in found if p[-1] == key])
    others = [value for value in CHOICES[key] if value != at(data, path)]
    if not others:
        return None
    value = copy.deepcopy(rng.choice(others))
    at(data, path[:-1])[key] = value
    if key == "route" and value in HINTS and rng.random() < 0.8:
        data["hints"] = dict(HINTS[value])
    return f"{'.'.join(map(str, path))} := {str(value)[:30]!r}"


# Changes of optimum certificates


def _optimum(data: Data) -> bool:
    lines = data.get("frontier")
    return (
        isinstance(lines, list)
        and bool(lines)
        and all(isinstance(line, dict) for line in lines)
        and isinstance(data.get("problem"), dict)
    )


def drop_lines(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Deletes the last, first or a middle line of a frontier; mostly renumbers the rest."""
    if not _optimum(data):
        return None
    lines = data["frontier"]
    if rng.random() < 0.5:
        count = rng.randrange(1, len(lines) + 1)
        del lines[len(lines) - count :]
        what = f"the last {count} lines"
    else:
        k = rng.randrange(len(lines))
        del lines[k]
        what = f"line {k}"
        if rng.random() < 0.7:
            for number, line in enumerate(lines):
                line["length"] = number
    if isinstance(data.get("proofs"), list) and rng.random() < 0.8:
        bounded = [k for k, x in enumerate(lines) if x.get("at_least") not in ("0", None)]
        del data["proofs"][max(bounded, default=0) :]
    return f"delete {what}"


def repeat_line(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Gives a line the witness, error or bound of another; or adds one at the end."""
    if not _optimum(data):
        return None
    lines = data["frontier"]
    source = rng.choice(lines)
    if rng.random() < 0.3:
        lines.append(copy.deepcopy(source) | {"length": len(lines)})
        return "add a line"
    target = rng.randrange(len(lines))
    keys = rng.choice((("sequence", "error"), ("at_least",), ("error",), ("sequence",)))
    for key in keys:
        if key in source:
            lines[target][key] = copy.deepcopy(source[key])
    return f"line {target} gets {keys} of another"


def other_witnesses(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Gives the last lines the witness of an earlier one, or all lines that of the last."""
    if not _optimum(data):
        return None
    lines = data["frontier"]
    k = rng.randrange(len(lines))
    worse = rng.random() < 0.7
    for line in lines[k:] if worse else lines:
        source = lines[k] if worse else lines[-1]
        line["error"], line["sequence"] = source["error"], copy.deepcopy(source["sequence"])
        high = str(source["error"]).split("/", maxsplit=1)[0]
        least = rng.randrange(int(high) + 1) if high.isdigit() and worse else high
        line["at_least"] = str(least)
    if rng.random() < 0.5:
        data["evidence"] = "attested"
        data.pop("proofs", None)
    return f"lines from {k} on get a worse witness" if worse else "all lines get the last witness"


def raise_bounds(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """States lower bounds that are higher: each line's own error, or more; or lower ones."""
    if not _optimum(data):
        return None
    for line in data["frontier"]:
        if rng.random() < 0.8:
            line["at_least"] = rng.choice((line.get("error"), line.get("error"), "0", "1", "2"))
    return "other bounds"


def change_length(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Changes the problem's length, and perhaps the frontier with it."""
    if not _optimum(data) or type(data["problem"].get("length")) is not int:
        return None
    data["problem"]["length"] += rng.choice((-1, 1, 1, 2, 5))
    return f"problem length {data['problem']['length']}"


def change_sample(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Changes, deletes or repeats a sample, or a table's entry."""
    target = data.get("problem", {}).get("target") if _optimum(data) else None
    if not isinstance(target, dict):
        return None
    rows = (
        target.get("samples") or target.get("table") or target.get("inputs") or data.get("inputs")
    )
    if not isinstance(rows, list) or not rows:
        return None
    k = rng.randrange(len(rows))
    if rng.random() < 0.3:
        del rows[k]
        return f"delete sample {k}"
    if rng.random() < 0.2:
        rows.append(copy.deepcopy(rows[k]))
        return f"repeat sample {k}"
    if rng.random() < 0.2:
        leaves = [p for p in places(rows[k]) if type(at(rows[k], p)) is int]
        for path in rng.sample(leaves, min(len(leaves), 1)):
            at(rows[k], path[:-1])[path[-1]] = 10 ** rng.choice((18, 160, 320, 700))
            return f"a huge number in sample {k}"
    return nearby(rng, {"sample": rows[k]}, pool)


def splice_problem(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Takes some fields of the problem from another problem."""
    if not _optimum(data):
        return None
    other = _another(rng, pool).get("problem")
    if other is None:
        return None
    keys = rng.sample(sorted(set(other) & set(data["problem"])), rng.choice((1, 1, 2, 3)))
    for key in keys:
        data["problem"][key] = other[key]
    if rng.random() < 0.3:
        data["problem"]["cost"] = rng.choice(CHOICES["cost"])
    return f"splice {keys} of another problem"


def table_with_components(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Gives the steps of a table components, a register and a cost: they must mean nothing."""
    if not _optimum(data) or data["problem"].get("wiring") != "table":
        return None
    problem = data["problem"]
    names = {name for listed in problem["target"]["choices"] for name in listed}
    problem["components"] = "\n".join(f"(define-fun {n} () Int 1)" for n in sorted(names))
    problem["inputs"] = [["r", "Int"]]
    problem["cost"] = rng.choice(CHOICES["cost"])
    last = {k: v for k, v in data["frontier"][-1].items() if k != "length"}
    if rng.random() < 0.6:
        for line in data["frontier"]:
            line.update(copy.deepcopy(last))
    if rng.random() < 0.6:
        data["evidence"] = "attested"
    for line in data["frontier"]:
        for step in (line["sequence"] or {"steps": []})["steps"]:
            step[2] = [0]
    return f"a table with components, by {problem['cost']}"


# What reading a certificate raises that is changed too much for the second reading.
NOT_UNDERSTOOD = (
    Malformed, Unreadable, LookupError, TypeError, ArithmeticError, ValueError, AttributeError,
)  # fmt: skip


def mend_errors(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """States what each witness now has, and that it is the least: only this may then be false."""
    if not _optimum(data):
        return None
    try:
        problem = read_problem_data(data)
        for line in data["frontier"]:
            if line["sequence"] is None or problem.table is not None or problem.sampled:
                continue
            error = witness_error(problem, read_witness(problem, line["sequence"]))
            line["error"] = str(error)
            if data["evidence"] != "proved" or rng.random() < 0.5:
                line["at_least"] = str(error)
    except NOT_UNDERSTOOD:
        return None
    return "errors recomputed"


# Changes of texts


def _edited(rng: Random, value: str) -> str:
    k = rng.randrange(len(value) + 1)
    piece = rng.choice(("", "0", "1", "-", "(", ")", " ", "x", "|", '"', value[k : k + 6]))
    return value[:k] + piece + value[k + rng.choice((0, 1, 1, 5)) :]


def _text_field(data: Data) -> tuple[Any, str] | None:
    """Where the component set stands."""
    problem = data.get("problem")
    for holder, key in ((data, "set"), (data, "components"), (problem, "components")):
        if isinstance(holder, dict) and isinstance(holder.get(key), str):
            return holder, key
    return None


FAMILIES = (
    ("+", "-", "*", "div", "mod"),
    ("<", "<=", ">", ">=", "=", "distinct"),
    ("and", "or", "xor", "=>"),
    ("bvand", "bvor", "bvxor", "bvadd", "bvsub", "bvmul", "bvnand", "bvnor", "bvshl", "bvlshr"),
    ("bvult", "bvule", "bvslt", "bvsge"),
    ("Int", "Bool", "Real", "(_ BitVec 2)", "(Array Int Int)"),
    ("true", "false"),
    ("component", "test", "branch"),
    ("jump", "no-jump"),
    ("straight-line", "loop", "while", "recurrent"),
    ("x", "y", "q", "p", "a", "b", "c", "f"),
    ("0", "1", "2", "3", "5"),
    ("rotate_left", "rotate_right", "zero_extend", "extract"),
)
PARTS = (
    "(placements (0))", "(placements (7))", "(placements)", "(placements (0 1))",
    "(placements (1 0))", "(writes a)", "(writes b a)", "(writes)", "(guard is-zero)", "(outputs)",
    "(inputs)", "(inputs x)", "(parameters (w Int 0 2))", "(parameters (x Int 0 2))",
    "(parameters (w Int 2 0))", "(parameters (x Int 0 1000000000))",
)  # fmt: skip
SET_PARTS = (
    "(values 2)", "(values 3)", "(values 5)", "(regime while)", "(regime loop)", "(control)",
    "(control jump)", "(control no-jump)", "(control (is-zero true) no-jump)", "(values 0)",
    "(registers any Int)", "(control (zero true false) (zero true) jump)", "(registers any Bool)",
    "(registers (z) Int)", "(registers (t) (Array Bool Int))", "(registers (t) (Array Int Bool))",
    "(registers (r) Real)", "(starts begin)", "(starts ever)", "(cells 1 (offsets -1 0 1))",
    "(quiescent 1)", "(values 1000000)", "(quiescent true)", "(registers (a) Bool)",
    "(registers (a b c d e f g h) Int)",
)  # fmt: skip
SNIPPETS = (
    "(define-fun is-zero2 ((x Int)) Bool (= x 0))",
    "(define-fun twice ((x Int)) Int (* 2 x))",
    "(define-fun reset () Int 0)",
    '(define-fun see ((x Int)) Bool (> x 5))\n(set-info :sheffer "(component see (inputs x))")',
    "(define-fun eq2 ((x Int) (y Int)) Bool (= x y))",
    "(define-fun copy2 ((x Int) (y Int)) Int y)",
    "(define-fun if2 ((g Bool) (x Int)) Int (ite g (+ x 1) (- x 1)))",
    "(define-fun rd ((t (Array Int Int)) (i Int)) Int (select t i))",
    "(define-fun wr ((t (Array Bool Int)) (i Bool)) (Array Bool Int) (store t i 1))",
    "(define-fun peek ((t (Array Bool Int))) Bool (= (select t true) 0))",
    "(define-fun half ((x Real)) Real (/ x 2.0))",
    "(define-fun big ((v (_ BitVec 4096))) (_ BitVec 4096) (bvmul v v))",
    "(define-fun begin () Bool true)",
    "(define-fun ever ((a Bool)) Bool a)",
    "(define-fun ever ((n Int)) Bool (>= n 0))",
    "(define-fun sq ((x Int)) Int (* x x))",
    "(define-fun no ((p Bool)) Bool (not p))",
    "(define-fun yes () Bool true)",
    "(define-fun three ((x Int)) Int (mod (+ x 2) 3))",
    "(define-fun dz ((x Int)) Int (div 1 x))",
    "(define-fun lowers ((x Int) (y Int)) Int (- x y))",
    "(define-fun neverg ((x Int)) Bool (< x x))\n(define-fun blocked ((x Int)) Int (* 7 x))\n"
    '(set-info :sheffer "(component blocked (inputs x) (guard neverg))")',
    "(define-fun far ((x Int)) Bool (= x 9))\n"
    '(set-info :sheffer "(test far (inputs x) (placements (9)))")',
    "(define-fun brw ((x Int)) Int (+ x 1))\n(define-fun brd ((x Int)) Bool (= x 0))\n"
    '(set-info :sheffer "(branch br (inputs x) (outputs brw brd))")',
)


def _tokens(text: str) -> list[str]:
    return re.findall(r'""|[()"|]|[^\s()"|]+|\s+', text)


def change_token(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Exchanges an operator, constant, sort or name of the component set for one like it."""
    field = _text_field(data)
    if field is None:
        return None
    holder, key = field
    tokens = _tokens(holder[key])
    found = [(k, family) for k, t in enumerate(tokens) for family in FAMILIES if t in family]
    numbers = [k for k, t in enumerate(tokens) if t.isdigit() and t.isascii()]
    if numbers and (not found or rng.random() < 0.3):
        k = rng.choice(numbers)
        new = str(max(0, int(tokens[k][:20]) + rng.choice((-2, -1, 1, 1, 2, 10**6))))
    elif found:
        k, family = rng.choice(found)
        new = rng.choice(family)
    else:
        return None
    was, tokens[k] = tokens[k], new
    holder[key] = "".join(tokens)
    return f"token {k} {was!r} -> {new!r}"


def cut_text(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Deletes, duplicates or swaps lines, tokens or characters of the component set."""
    field = _text_field(data)
    if field is None:
        return None
    holder, key = field
    way = rng.randrange(5)
    if way == 0:
        holder[key] = _edited(rng, holder[key])
        return "edit characters"
    parts = holder[key].split("\n") if way <= 2 else _tokens(holder[key])
    if not parts:
        return None
    i, j = rng.randrange(len(parts)), rng.randrange(len(parts))
    if way in (1, 3):
        del parts[i]
    elif rng.random() < 0.4:
        parts.insert(j, parts[i])
    else:
        parts[i], parts[j] = parts[j], parts[i]
    holder[key] = ("\n" if way <= 2 else "").join(parts)
    return f"{'line' if way <= 2 else 'token'} {i} deleted or moved"


def add_part(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Adds a guard, placements, control, starts, values and so on to a line of the set."""
    field = _text_field(data)
    if field is None:
        return None
    holder, key = field
    part = rng.choice(PARTS if rng.random() < 0.5 else SET_PARTS)
    pattern = r"\((?:component|test|branch) [^\s()]+" if part in PARTS else r"\(set [^\s()]+"
    found = list(re.finditer(pattern, holder[key]))
    if not found:
        if part in PARTS:
            return None
        holder[key] = f'(set-info :sheffer "(set s {part})")\n' + holder[key]
        return f"add {part}"
    end = rng.choice(found).end()
    holder[key] = f"{holder[key][:end]} {part}{holder[key][end:]}"
    return f"add {part}"


def drop_part(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Deletes a guard, placements, control, starts, values or registers."""
    field = _text_field(data)
    if field is None:
        return None
    holder, key = field
    names = (
        "guard|placements|control|starts|values|registers|writes|parameters|cells|regime|outputs"
    )
    found = list(re.finditer(rf"\((?:{names})(?: [^()\"]| \([^()]*\)|[^()\"])*\)", holder[key]))
    if not found:
        return None
    match = rng.choice(found)
    if rng.random() < 0.4:
        only_head = match[0].split(" ", 1)[0].rstrip(")") + ")"
        holder[key] = holder[key][: match.start()] + only_head + holder[key][match.end() :]
        return f"empty {match[0][:40]}"
    holder[key] = holder[key][: match.start()] + holder[key][match.end() :]
    return f"drop {match[0][:40]}"


def add_component(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Adds a component or a test: what holds of a set may not hold of a larger one."""
    field = _text_field(data)
    if field is None:
        return None
    holder, key = field
    snippet = rng.choice(SNIPPETS)
    holder[key] = (
        holder[key] + "\n" + snippet if rng.random() < 0.7 else snippet + "\n" + holder[key]
    )
    return f"add {snippet[:50]}"


def add_starts(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Adds a start predicate on a register, perhaps of another sort."""
    field = _text_field(data)
    if field is None:
        return None
    holder, key = field
    found = list(re.finditer(r"\(registers \(([^\s()]+)[^()]*\) ([^\s()]+)\)", holder[key]))
    line = re.search(r"\(set [^\s()]+", holder[key])
    if not found or line is None or "(starts" in holder[key]:
        return None
    match = rng.choice(found)
    sort = rng.choice((match[2], "Bool", "Int", "Real", "(_ BitVec 2)"))
    used = {"Bool": match[1], "Int": f"(>= {match[1]} 0)", "Real": f"(>= {match[1]} 0.5)"}
    body = rng.choice((used.get(sort, f"(= {match[1]} {match[1]})"), "true", "false"))
    text = f"{holder[key][: line.end()]} (starts begun){holder[key][line.end() :]}"
    holder[key] = f"(define-fun begun (({match[1]} {sort})) Bool {body})\n{text}"
    return f"starts on {match[1]} as {sort}"


def mend_tables(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """States the operation tables of the changed set, so that only the verdict may be false."""
    if data.get("kind") != "functional" or not isinstance(data.get("components"), str):
        return None
    try:
        tables = operations_of(read_set(data["components"]))
        if len(tables) != len(data["operations"]):
            return None
        for operation, (arity, table) in zip(data["operations"], tables, strict=True):
            operation["arity"] = arity
            operation["table"] = [table[row] for row in sorted(table)]
    except NOT_UNDERSTOOD:
        return None
    return "tables recomputed"


def odd_text(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Puts an odd text where some text stands, or an odd name into the component set."""
    text = rng.choice(TEXTS)
    field = _text_field(data)
    if field is not None and rng.random() < 0.4:
        holder, key = field
        words = sorted(set(re.findall(r"[a-z][a-z.0-9-]*", holder[key])))
        if words:
            old = rng.choice(words)
            new = f"|{text}|"
            if rng.random() < 0.5:
                new = "|" + "".join(f"\\u{{{ord(c):x}}}" for c in text[:40]) + "|"
            count = rng.choice((1, -1))
            holder[key] = re.sub(
                rf"\b{re.escape(old)}\b", lambda _: new, holder[key], count=max(0, count)
            )
            return f"name {old} -> {text[:20]!r}"
    found = [p for p in places(data) if isinstance(at(data, p), str)]
    named = [p for p in found if p[-1] in ("name", "engine", "attested_by", "source")]
    path = rng.choice(named if named and rng.random() < 0.7 else found or [()])
    if not path:
        return None
    at(data, path[:-1])[path[-1]] = text
    return f"{'.'.join(map(str, path))} := {text[:20]!r}"


# Changes of proofs


def change_proof(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Unpacks a proof in LRAT, changes its lines, literals or hints, and packs it again."""
    proofs = data.get("proofs")
    if not isinstance(proofs, list) or not proofs:
        return None
    proof = rng.choice(proofs)
    if not isinstance(proof, dict) or not isinstance(proof.get("lrat"), str):
        return None
    try:
        lines = zlib.decompress(base64.b85decode(proof["lrat"])).decode().splitlines()
    except (ValueError, zlib.error):
        return None
    for _ in range(rng.choice((1, 1, 2, 3))):
        if not lines:
            break
        _change_lines(rng, lines)
    text = "\n".join(lines) + "\n"
    proof["lrat"] = base64.b85encode(zlib.compress(text.encode(), 9)).decode()
    return "another proof"


def _change_lines(rng: Random, lines: list[str]) -> None:
    k = rng.randrange(len(lines))
    numbers = lines[k].split()
    match rng.randrange(8):
        case 0:
            del lines[k]
        case 1:
            lines.insert(k, lines[rng.randrange(len(lines))])
        case 2:
            j = rng.randrange(len(lines))
            lines[k], lines[j] = lines[j], lines[k]
        case 3:
            del lines[k:]
        case 4:
            lines.insert(k, rng.choice(("1 d 1 0", "9999 0 1 0", "9999 0 0", "", "1 0 1 0", "c x")))
        case 5:
            j = rng.randrange(len(numbers)) if numbers else 0
            if numbers and numbers[j].lstrip("-").isdigit():
                numbers[j] = str(rng.choice((-int(numbers[j]), int(numbers[j]) + 1, 0, 1)))
                lines[k] = " ".join(numbers)
        case 6:
            if len(numbers) > 2:
                del numbers[rng.randrange(len(numbers))]
                lines[k] = " ".join(numbers)
        case _:
            if numbers:
                numbers.insert(rng.randrange(len(numbers)), rng.choice(numbers))
                lines[k] = " ".join(numbers)


def cut_packed(rng: Random, data: Data, pool: Mapping[str, str]) -> str | None:
    """Truncates or damages the packed text, or exchanges whole proofs."""
    proofs = data.get("proofs")
    if not isinstance(proofs, list) or not proofs:
        return None
    proof = rng.choice(proofs)
    if not isinstance(proof, dict) or not isinstance(proof.get("lrat"), str):
        return None
    way = rng.randrange(3)
    if way == 0:
        proof["lrat"] = proof["lrat"][: rng.randrange(len(proof["lrat"]) + 1)]
    elif way == 1:
        proof["lrat"] = _edited(rng, proof["lrat"])
    else:
        other = rng.choice(proofs)
        proof["lrat"], other["lrat"] = other["lrat"], proof["lrat"]
    return "a damaged proof"


MUTATIONS: tuple[tuple[Change, int], ...] = (
    (delete, 3), (duplicate, 3), (swap, 4), (move, 2), (nearby, 12), (odd, 4), (splice_same, 4),
    (splice_any, 2), (choose, 12), (drop_lines, 8), (repeat_line, 5), (raise_bounds, 5),
    (change_length, 5), (splice_problem, 7), (table_with_components, 5),
    (add_starts, 3), (change_sample, 7),
    (mend_errors, 4), (other_witnesses, 8), (change_token, 14), (cut_text, 6),
    (add_part, 7), (drop_part, 8), (add_component, 6), (mend_tables, 3), (odd_text, 6),
    (change_proof, 8), (cut_packed, 2),
)  # fmt: skip
_WEIGHTS = [weight for _, weight in MUTATIONS]
_CHANGES = [change for change, _ in MUTATIONS]


# Changes of what is claimed, which must stay as they are.
_CLAIMS = {drop_lines, repeat_line, other_witnesses, raise_bounds, change_proof, cut_packed}


def _mended(rng: Random, data: Data, pool: Mapping[str, str]) -> list[str]:
    """Repairs what a change made plainly wrong, so that the claim itself must be looked at."""
    before = json.dumps(data)
    found = mend_errors(rng, data, pool) or mend_tables(rng, data, pool)
    return [found] if found and json.dumps(data) != before else []


@dataclass(frozen=True, slots=True)
class Mutant:
    """A certificate of the pool, changed once for each seed."""

    name: str
    seeds: tuple[int, ...]
    data: Any
    notes: tuple[str, ...]


def mutant(pool: Mapping[str, str], name: str, seeds: tuple[int, ...]) -> Mutant:
    """Makes the certificate and changes it."""
    data: Data = json.loads(pool[name])
    notes: list[str] = []
    for seed in seeds:
        rng = Random(seed)
        for _ in range(20):
            change = rng.choices(_CHANGES, _WEIGHTS)[0]
            try:
                note = change(rng, data, pool)
            except (KeyError, IndexError, TypeError, ValueError, AttributeError):
                note = None  # an earlier change took away what this one would change
            if note is not None:
                notes.append(note)
                if rng.random() < 0.5 and change not in _CLAIMS:
                    notes += _mended(rng, data, pool)
                break
    # What is checked is what a file would give; a lone surrogate survives this, as in a file.
    return Mutant(name, seeds, json.loads(json.dumps(data)), tuple(notes))
