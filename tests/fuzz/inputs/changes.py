"""What is done to inputs: to their bytes, to their tokens, to the data they hold.

- `change_bytes`, `change_tokens`, `changed_file`: of any file.
- `change_data`: of JSON data, in place; `json_text`: as a file has it, perhaps with what JSON does
  not know.
- `EXTREMES`, `HOSTILE`: numbers and names that programs trip over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.fuzz import mutations
from tests.fuzz.mutations import ODD_VALUES, TEXTS, at, places

EXTREMES = (
    "nan", "inf", "-inf", "1e999", "-1e999", "1e-999", "1e300", "-1e300", "1e308", "0", "-0", "-1",
    "1", "2", "1/0", "0/0", "9" * 400, "-" + "9" * 400, "1" + "0" * 5_000, "0." + "1" * 400,
    "0x" + "f" * 400, "1_000", "1e1000000000", "1e-1000000000", str(2**31), str(2**32),
    str(2**53), str(2**63 - 1), str(2**63), str(2**64), str(-(2**63)), "0.1", "1e5", "+1", "١", "²",
    "10000000", "65536", "4096", "1000000000000", "", "None", "true", "True", "0b1", "#x", "#b2",
)  # fmt: skip
HOSTILE = (
    "\x1b[31mred", "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x9b31m", "\u202eesrever", "\u2066x\u2069",
    "\x00", "a\x00b", "<script>alert(1)</script>", "=1+1", "@SUM(1)", "[/bold]", "[bold]", "[red]x",
    "$x^{$", "$\\frac", "\\input{x}", "../../x", "|../../x|", "/no/x", "C:\\x", "a" * 12_000,
    "\u00e9" * 300, "`x`", "| a | b |", "-->", "]]>", "&amp;", "%s%n", "{0.__class__}", "\ud800",
    "\u2028", "\u200b", "\ufeff", "\r\n", "\n", "\t", "'", '"', "''", '""', "\\", "\\u{1b}", ";",
    "#", "--", ",", ":", "__proto__", "con", "nul", ".", "..", "", " ", "~", "*", "\U0001f600",
    "e\u0301", "\x7f", "\x85", "\u0661", "\uffff",
)  # fmt: skip
_OPEN = (("(", ")"), ("[", "]"), ("{", "}"), ("(- ", ")"), ("(not ", ")"), ('{"a":', "}"))
_TOKENS = re.compile(r"[A-Za-z_.][\w.-]*|-?\d[\w./]*|\s+|.", re.S)


def change_bytes(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """One change of bytes: flipped, deleted, doubled, put in, spliced, or cut off."""
    size = len(data)
    start = rng.randrange(size + 1)
    end = min(size, start + rng.choice((1, 1, 2, 4, 16, 64, size)))
    match rng.randrange(7):
        case 0 if size:
            k = min(start, size - 1)
            return data[:k] + bytes([data[k] ^ (1 << rng.randrange(8))]) + data[k + 1 :]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:end] + data[start:end] * rng.choice((1, 1, 2, 50)) + data[end:]
        case 3:
            return data[:start] + rng.randbytes(rng.choice((1, 2, 8))) + data[start:]
        case 4:
            other = rng.choice(others)
            return data[:start] + other[rng.randrange(len(other) + 1) :]
        case 5:
            return data[:start]
        case _:
            a, b = sorted((rng.randrange(size + 1), rng.randrange(size + 1)))
            return data[:a] + data[b:] + data[a:b]


def change_tokens(rng: Random, text: str, others: Sequence[bytes]) -> str:
    """One change of tokens: exchanged, deleted, made extreme or hostile, or deeply nested."""
    tokens = _TOKENS.findall(text)
    words = [k for k, token in enumerate(tokens) if not token.isspace()]
    if not words:
        return rng.choice(HOSTILE)
    k, j = rng.choice(words), rng.choice(words)
    match rng.randrange(8):
        case 0:
            tokens[k], tokens[j] = tokens[j], tokens[k]
        case 1:
            del tokens[k]
        case 2:
            tokens.insert(k, tokens[j])
        case 3 | 4:
            numbers = [i for i in words if tokens[i][-1:].isdigit()]
            tokens[rng.choice(numbers or words)] = rng.choice(EXTREMES)
        case 5:
            names = [i for i in words if tokens[i][:1].isalpha()]
            name = tokens[rng.choice(names or words)]
            text = _hostile(rng)
            if rng.random() < 0.5:  # everywhere, so that it is still one name
                return "".join(text if token == name else token for token in tokens)
            tokens[rng.choice(names or words)] = text
        case 6:
            other = _TOKENS.findall(rng.choice(others).decode("utf-8", "replace"))
            i = rng.randrange(len(other))
            tokens[k : k + 1] = other[i : i + rng.choice((1, 1, 3, 20))]
        case _:
            depth = rng.choice((1, 2, 30, 30, 300, 300, 1_500, 1_500, 2_500, 100_000))
            before, after = rng.choice(_OPEN)
            tokens[k] = before * depth + tokens[k] + after * depth
    return "".join(tokens)


def _hostile(rng: Random) -> str:
    text = rng.choice(HOSTILE)
    return f"|{text}|" if rng.random() < 0.4 else text


def changed_file(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The content of a file, changed one to three times; sometimes not at all."""
    for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 2, 2, 3))):
        if rng.random() < 0.4:
            data = change_bytes(rng, data, others)
        else:
            text = change_tokens(rng, data.decode("utf-8", "surrogateescape"), others)
            data = text.encode("utf-8", "surrogatepass")[:400_000]
    return data


_OF_DATA = (
    mutations.delete, mutations.duplicate, mutations.swap, mutations.move, mutations.nearby,
    mutations.nearby, mutations.odd,
)  # fmt: skip


def change_data(rng: Random, data: Any) -> None:
    """One change of JSON data, in place: of a type, a key, a number, a text."""
    if rng.random() < 0.5:
        try:
            rng.choice(_OF_DATA)(rng, data, {})
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return  # there is nothing of that kind
        return
    found = places(data)
    if not found:
        return
    path = rng.choice(found)
    at(data, path[:-1])[path[-1]] = odd_value(rng)


def odd_value(rng: Random) -> Any:
    """A value of another type, an extreme number, or a hostile text."""
    way = rng.randrange(4)
    if way == 0:
        return rng.choice(ODD_VALUES)
    if way == 1:
        return rng.choice(HOSTILE)
    if way == 2:
        return rng.choice((*EXTREMES, *TEXTS[:6]))
    return rng.choice((
        0, -1, 1, 2, 0.5, -0.5, 2**31, 2**53, 2**63, 2**64, 10**18, 10**399, -(10**399), 1e300,
        1e308, -1e308, float("inf"), float("-inf"), float("nan"), True, None,
    ))  # fmt: skip


def json_text(rng: Random, data: Any) -> str:
    """Data as JSON, sometimes with a key that stands twice, or with what JSON does not know."""
    text = json.dumps(data, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.1:
        text = re.sub(r'("\w+": )', r"\1 0, \1", text, count=1)
    if rng.random() < 0.1:
        text = text.replace("Infinity", "1e999").replace("NaN", "-1e999")
    return text
