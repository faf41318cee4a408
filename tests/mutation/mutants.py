"""Mutants: a source file with one place changed, as a fault of its author would.

Operators and boundaries of comparisons, `and` for `or`, arithmetic, constants by one, `not`, a
condition that is always true or never, an element of a display left out, a statement left out (a
`raise`, a call, a `yield`, a `break`), a loop that passes over its first element, a case of `match`
left out. Words of messages stay as they are, and so does `strict=` of `zip`, which asserts.

- `Mutant`: one change. `mutants_of`: all of a file, in the order of its lines.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}
ASSERTING = {"strict", "frozen", "slots", "kw_only", "encoding"}  # keywords left as they are


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change; `place` names the function, or the module's variable, that it is in."""

    path: Path
    line: int
    lines: range  # of the statement around it, without the statements inside that one
    place: str
    change: str
    number: int  # of the node among those that may change
    option: int  # of the change among those of the node

    def tree(self) -> ast.Module:
        """The file's tree, changed."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        place = _places(tree)[self.number][0]
        node = _get(place)
        _, new = list(_changes(node))[self.option]
        _put(place, new(node))
        return ast.fix_missing_locations(tree)


Place = tuple[ast.AST, str, int | None]  # a node, its field, and the position in a list


def _get(place: Place) -> ast.AST:
    node, field, index = place
    found = getattr(node, field)
    child: ast.AST = found if index is None else found[index]
    return child


def _put(place: Place, new: ast.AST) -> None:
    node, field, index = place
    if index is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[index] = new


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of a file."""
    made: list[Mutant] = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines = _lines_of_statements(tree)
    for number, (place, where) in enumerate(_places(tree)):
        node = _get(place)
        line = _line(node) or _line(place[0])
        for option, (change, _) in enumerate(_changes(node)):
            made.append(
                Mutant(
                    path,
                    line,
                    lines.get(line, range(line, line + 1)),
                    where,
                    change,
                    number,
                    option,
                )
            )
    return made


def _lines_of_statements(tree: ast.Module) -> dict[int, range]:
    """For each line the lines of the innermost statement that it belongs to."""
    found: dict[int, range] = {}
    for node in ast.walk(tree):  # from the outside to the inside
        if isinstance(node, ast.stmt | ast.match_case):
            body = getattr(node, "body", None) or getattr(node, "cases", None)
            end = _line(body[0]) if body else (getattr(node, "end_lineno", None) or 0) + 1
            lines = range(_line(node), max(end, _line(node) + 1))
            found.update(dict.fromkeys(lines, lines))
    return found


def _line(node: ast.AST) -> int:
    if isinstance(node, ast.comprehension):
        return node.iter.lineno
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    return int(getattr(node, "lineno", 0))


def _places(tree: ast.Module) -> list[tuple[Place, str]]:
    """Everything inside functions, and the values of a module's own variables."""
    found: list[tuple[Place, str]] = []
    for top in tree.body:
        if isinstance(top, ast.FunctionDef):
            found += _inside(top, top.name)
        elif isinstance(top, ast.ClassDef):
            for member in top.body:
                if isinstance(member, ast.FunctionDef):
                    found += _inside(member, f"{top.name}.{member.name}")
        elif isinstance(top, ast.Assign | ast.AnnAssign) and isinstance(top.value, ast.Subscript):
            continue  # another name of a type
        elif isinstance(top, ast.Assign) and isinstance(top.targets[0], ast.Name):
            found += [(p, top.targets[0].id) for p in _under((top, "value", None))]
        elif isinstance(top, ast.AnnAssign) and isinstance(top.target, ast.Name) and top.value:
            found += [(p, top.target.id) for p in _under((top, "value", None))]
    return found


def _inside(function: ast.FunctionDef, name: str) -> list[tuple[Place, str]]:
    places = [p for k in range(len(function.body)) for p in _under((function, "body", k))]
    return [(p, name) for p in places]


def _under(place: Place) -> Iterator[Place]:
    node = _get(place)
    yield place
    if isinstance(node, ast.Raise | ast.JoinedStr):
        return  # a message is only words
    if isinstance(node, ast.keyword) and node.arg in ASSERTING:
        return
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(
            node, ast.Call
        ):
            continue
        if isinstance(value, ast.AST):
            yield from _under((node, field, None))
        elif isinstance(value, list):
            for k, child in enumerate(value):
                if isinstance(child, ast.AST):
                    yield from _under((node, field, k))


Change = tuple[str, Callable[[ast.AST], ast.AST]]


def _text(node: ast.AST, limit: int = 70) -> str:
    words = " ".join(ast.unparse(node).split())
    return words if len(words) <= limit else words[: limit - 3] + "..."


def _to(old: ast.AST, new: ast.AST) -> Change:
    return f"{_text(old)}  ->  {_text(new)}", lambda _: new


def _without(whole: ast.AST, part: ast.AST, new: ast.AST) -> Change:
    return f"{_text(whole)}: without {_text(part)}", lambda _: new


def _edited(node: ast.AST, edit: Callable[[ast.AST], None]) -> Change:
    new = copy.deepcopy(node)
    edit(new)
    return _to(node, new)


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Raise | ast.AugAssign) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    ):
        yield f"left out: {_text(node)}", lambda _: ast.Pass()
    match node:
        case ast.Break():
            yield _to(node, ast.Continue())
        case ast.Continue():
            yield _to(node, ast.Break())
            yield _to(node, ast.Pass())
        case ast.If() | ast.IfExp():
            for value in (True, False):
                yield f"if {_text(node.test)}  ->  if {value}", _with_test(value)
        case ast.While() if not isinstance(node.test, ast.Constant):
            yield f"while {_text(node.test)}  ->  while False", _with_test(False)
        case ast.For() | ast.comprehension():
            yield f"for ... in {_text(node.iter)}: without the first", _without_first
        case ast.Compare():
            for k, op in enumerate(node.ops):
                for other in COMPARISONS[type(op)]:
                    yield _edited(node, _new_item("ops", k, other()))
        case ast.BoolOp():
            other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield _edited(node, _new_field("op", other_op))
            for k in range(len(node.values)):
                rest = node.values[:k] + node.values[k + 1 :]
                new = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
                yield _without(node, node.values[k], new)
        case ast.UnaryOp(op=ast.Not()):
            yield _to(node, node.operand)
        case ast.UnaryOp(op=ast.USub()) if not isinstance(node.operand, ast.Constant):
            yield _to(node, node.operand)
        case ast.BinOp() if type(node.op) in ARITHMETIC and not _is_text(node):
            yield _edited(node, _new_field("op", ARITHMETIC[type(node.op)]()))
        case ast.Constant(value=bool(value)):
            yield _to(node, ast.Constant(not value))
        case ast.Constant(value=int(value)):
            yield _to(node, ast.Constant(value + 1))
            yield _to(node, ast.Constant(value - 1))
        case ast.Constant(value=str(value)) if value and " " not in value:
            yield _to(node, ast.Constant(value + "_"))
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            yield _to(node, ast.Name(NAMES[name], ast.Load()))
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()) | ast.Set():
            # A tuple of unlike parts is a record, and no list of conditions.
            alike = len({type(e) for e in node.elts}) == 1 or not isinstance(node, ast.Tuple)
            if len(node.elts) > 1 and alike:
                for k in range(len(node.elts)):
                    new = copy.deepcopy(node)
                    del new.elts[k]
                    yield _without(node, node.elts[k], new)
        case ast.Dict() if len(node.keys) > 1:
            for k in range(len(node.keys)):
                new = copy.deepcopy(node)
                del new.keys[k], new.values[k]
                yield _without(node, node.values[k], new)
        case ast.match_case():
            if node.guard is not None:
                words = f"case {_text(node.pattern)} if {_text(node.guard)}"
                yield f"{words}: without its condition", _new_guard(None)
            yield f"case {_text(node.pattern)} left out", _new_guard(ast.Constant(False))
    if isinstance(node, ast.comprehension):
        for k in range(len(node.ifs)):
            fewer = copy.deepcopy(node)
            del fewer.ifs[k]
            yield _without(node, node.ifs[k], fewer)


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in (node.left, node.right)
    )


def _with_test(value: bool) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.If | ast.IfExp | ast.While)
        # The condition is still evaluated, so that a name bound in it is there.
        operator, constant = (ast.Or(), True) if value else (ast.And(), False)
        node.test = ast.BoolOp(operator, [node.test, ast.Constant(constant)])
        return node

    return change


def _without_first(node: ast.AST) -> ast.AST:
    assert isinstance(node, ast.For | ast.comprehension)
    rest = ast.parse("__import__('itertools').islice(x, 1, None)", mode="eval").body
    assert isinstance(rest, ast.Call)
    rest.args[0] = node.iter
    node.iter = rest
    return node


def _new_guard(guard: ast.expr | None) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.match_case)
        node.guard = guard
        return node

    return change


def _new_field(field: str, new: ast.AST) -> Callable[[ast.AST], None]:
    return lambda node: setattr(node, field, new)


def _new_item(field: str, index: int, new: ast.AST) -> Callable[[ast.AST], None]:
    def edit(node: ast.AST) -> None:
        getattr(node, field)[index] = new

    return edit
