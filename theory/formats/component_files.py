"""Component sets in files of people: `.smt2` files that z3 and cvc5 read as they are.

What the kernel reads is strict (`theory.kernel.components.component_files`). A file may also hold
what SMT-LIB scripts usually do:

- commands that change nothing about definitions are passed over: `set-logic`, `set-option`,
  `check-sat`, `get-model`, the standard keywords of `set-info`, and a last `exit`;
- `define-sort` abbreviations are written out, annotations `(! t ...)` dropped;
- a line `(problem ...)` may stand in it; without a `(set ...)` the set is named after the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from theory.kernel.components.component_files import components_of
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.deadline import tick
from theory.kernel.errors import ComponentError
from theory.kernel.language.sexpr import Atom, Group, Node, parse
from theory.kernel.language.smtlib import Definitions, interpret

MAX_BYTES = 20_000_000

_PASSED_OVER = {"set-logic", "set-option", "check-sat", "get-model"}
_SORTS = {"Bool", "Int", "Real", "BitVec", "Array", "_"}
_STANDARD_INFO = {
    ":smt-lib-version", ":source", ":license", ":category", ":status", ":notes", ":name",
    ":authors", ":series", ":difficulty", ":instance",
}  # fmt: skip


def load_components(path: str | Path) -> ComponentSet:
    """The component set of a file.

    Raises:
        ComponentError: `no-file` or `not-text`, or located at file:line:column.
    """
    return read_components(read_text(path), str(path), Path(path).stem)


def read_text(path: str | Path) -> str:
    """A file's text, with one-line errors for what cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise ComponentError("no-file", message, str(path)) from None
    if len(data) > MAX_BYTES:
        message = f"more than {MAX_BYTES} bytes; split the file"
        raise ComponentError("too-large", message, str(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ComponentError("not-text", "is not UTF-8 text", str(path)) from None


def read_components(text: str, file: str = "<text>", name: str = "unnamed") -> ComponentSet:
    """The component set of a text; `name` is used where no set line names it."""
    found = read_definitions(text, file)
    found.lines = [line for line in found.lines if line.head != "problem"]
    return components_of(found, name)


def read_definitions(text: str, file: str) -> Definitions:
    """The definitions and Sheffer lines of an SMT-LIB text.

    Raises:
        ComponentError: located at file:line:column.
    """
    return interpret(_plain(parse(text, file)), file)


def _plain(commands: list[Node]) -> Iterator[Node]:
    """The commands that matter, with abbreviations and annotations written out."""
    sorts: dict[str, Node] = {}
    for number, node in enumerate(commands, 1):
        tick()
        head = node.head if isinstance(node, Group) else ""
        if head == "exit" and number < len(commands):
            message = "what follows (exit) would never be read; delete it or the rest"
            raise ComponentError("unknown-command", message, node.where)
        if head in _PASSED_OVER or head == "exit":
            continue
        if head == "set-info" and isinstance(node, Group) and len(node.items) > 1:
            keyword = str(node.items[1])
            if keyword in _STANDARD_INFO:
                continue
            if keyword != ":sheffer":
                message = f"unknown keyword {keyword[:40]}; Sheffer's own lines are :sheffer"
                raise ComponentError("unknown-command", message, node.where)
        if head == "define-sort" and isinstance(node, Group):
            match node.items:
                case (_, Atom(text=name), Group(items=()), body) if name not in _SORTS | {*sorts}:
                    sorts[name] = written_out(body, sorts)
                    continue
            message = "write (define-sort NAME () SORT), each new name once"
            raise ComponentError("syntax", message, node.where)
        yield written_out(node, sorts)


def written_out(root: Node, sorts: dict[str, Node]) -> Node:
    """A node with the names of sorts replaced and annotations dropped; iteratively."""
    made: list[Node] = []
    tasks: list[tuple[Node, bool]] = [(root, False)]
    while tasks:
        node, ready = tasks.pop()
        if isinstance(node, Atom):
            made.append(sorts.get(node.text, node) if node.kind == "symbol" else node)
        elif ready:
            count = len(node.items)
            items = tuple(made[len(made) - count :])
            del made[len(made) - count :]
            # By identity: to compare deep nodes would need as deep a stack.
            same = all(new is old for new, old in zip(items, node.items, strict=True))
            made.append(node if same else Group(items, node.where))
        elif node.head == "!" and len(node.items) >= 2:
            tasks.append((node.items[1], False))
        else:
            tasks.append((node, True))
            tasks.extend((item, False) for item in reversed(node.items))
    return made[0]
