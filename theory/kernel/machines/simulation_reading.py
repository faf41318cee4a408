"""How a simulation certificate is read: everything but its obligations is checked here.

Whatever is not of the form that `theory.kernel.machines.simulations` describes, or stands where the
set does not allow it, is a `CertificateError` with the place in the certificate.
"""

from __future__ import annotations

from typing import Any

from theory.kernel.components.component import Role
from theory.kernel.components.component_files import read_set
from theory.kernel.components.component_sets import ComponentSet
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.components.programs import Regime, outcomes, two_way
from theory.kernel.errors import CertificateError
from theory.kernel.language.names import Variable
from theory.kernel.language.smtlib import read_sort
from theory.kernel.language.sorts import Value, value_from_json
from theory.kernel.machines.machine_models import model_from_json
from theory.kernel.machines.models import Model, Operation
from theory.kernel.machines.simulations import Decision, Simulation, chain, circuit_inputs
from theory.kernel.problems.sequences import Sequence

MAX_REGISTERS = 64
FIELDS = {
    Regime.WHILE: {"registers", "parts", "constants", "operations", "jump"},
    Regime.RECURRENT: {"constants", "operations"},
}
COMMON = {"format", "version", "kind", "set", "regime", "model"}


def read_simulation(data: dict[str, Any]) -> Simulation:
    """A simulation certificate, checked for everything but its obligations.

    Raises:
        CertificateError: with the place in the certificate.
    """
    components, regime = read_set(data)
    if regime not in FIELDS:
        message = f"under {regime} halting is decidable, so there is nothing to simulate"
        raise CertificateError("bad-regime", message, "regime")
    odd = sorted(set(data) ^ (COMMON | FIELDS[regime]))
    if odd:
        raise CertificateError("bad-fields", f"missing or unknown fields: {', '.join(odd)}")
    offsets = components.cells.offsets if components.cells else ()
    model = model_from_json(data["model"], offsets)
    _check_fit(components, regime, model)
    if regime is Regime.WHILE:
        return _read_while(data, components, model)
    return _read_recurrent(data, components, model)


def _check_fit(components: ComponentSet, regime: Regime, model: Model) -> None:
    if model.regime is not regime:
        message = f"{model.title} is universal under {model.regime}, not {regime}"
        raise CertificateError("bad-model", message, "model")
    dimension = components.cells.dimension if components.cells else 0
    if model.cells != dimension:
        message = f"{model.title} needs {model.cells} dimensions of cells, the set has {dimension}"
        raise CertificateError("bad-model", message, "model")
    quiet = components.cells.quiescent if components.cells else None
    if quiet is not None and model.cells:
        zero = model.operations[0].cases[0].before[0].indices[0]
        if quiet != zero or type(quiet) is not type(zero):
            message = f"{model.title} needs the quiescent value {zero}, the set has {quiet}"
            raise CertificateError("bad-model", message, "model")
    if components.values is not None:
        message = "integers range over finitely many values in this set"
        raise CertificateError("finite-values", message, "set")
    if regime is Regime.RECURRENT and (components.starts is not None or components.registers):
        message = "needs any number of registers, and no start predicate"
        raise CertificateError("bad-registers", message, "set")


def _read_while(data: dict[str, Any], components: ComponentSet, model: Model) -> Simulation:
    registers = _registers(data["registers"], components)
    parts = data["parts"]
    count = len(registers)
    if not isinstance(parts, list) or not all(type(k) is int and 0 <= k < count for k in parts):
        raise CertificateError("bad-parts", "parts are register numbers", "parts")
    if len(parts) != len(model.parts) or len(set(parts)) != len(parts):
        message = f"{model.title} has {len(model.parts)} parts, each in a register of its own"
        raise CertificateError("bad-parts", message, "parts")
    for k, part in zip(parts, model.parts, strict=True):
        if registers[k].sort != part.sort:
            message = f"{registers[k].name} is {registers[k].sort}; {part.name} needs {part.sort}"
            raise CertificateError("wrong-sort", message, "parts")
    constants = _constants(data["constants"], registers, set(parts))
    operations: dict[str, Sequence] = {}
    tests: dict[str, Decision] = {}
    given = _named(data["operations"], model)
    for operation in model.operations:
        where = f"operations.{operation.name}"
        item = given[operation.name]
        if operation.test:
            tests[operation.name] = _decision(item, components, registers, where)
        else:
            steps = _steps(item, components, registers, where)
            operations[operation.name] = chain(components, registers, steps)
    jump = None
    if data["jump"] is not None:
        jump = _decision(data["jump"], components, registers, "jump")
    found = Simulation(
        components, Regime.WHILE, model, registers, tuple(parts), constants, operations, tests, jump
    )
    _check_control(found)
    return found


def _registers(data: Any, components: ComponentSet) -> tuple[Variable, ...]:
    from theory.kernel.language.sexpr import parse

    found: list[Variable] = []
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_REGISTERS:
        message = f"registers are 1 to {MAX_REGISTERS} pairs of a name and a sort"
        raise CertificateError("bad-registers", message, "registers")
    for k, item in enumerate(data):
        match item:
            case [str(name), str(sort)] if name and "|" not in name and "\\" not in name:
                nodes = parse(sort, f"registers[{k}]")
                if len(nodes) == 1:
                    found.append(Variable(name, read_sort(nodes[0])))
                    continue
        message = "a register is [name, sort]"
        raise CertificateError("bad-registers", message, f"registers[{k}]")
    declared = components.registers
    extra = found[len(declared) :]
    names = {v.name for v in found}
    if tuple(found[: len(declared)]) != declared or len(names) != len(found):
        message = "the declared registers come first, in order, and no name stands twice"
        raise CertificateError("bad-registers", message, "registers")
    for register in extra:
        if register.sort not in components.any_of:
            message = f"the set has no further registers of sort {register.sort}"
            raise CertificateError("bad-registers", message, "registers")
    return tuple(found)


def _constants(
    data: Any, registers: tuple[Variable, ...], taken: set[int]
) -> tuple[tuple[int, Value], ...]:
    found: list[tuple[int, Value]] = []
    for k, item in enumerate(data if isinstance(data, list) else [None]):
        where = f"constants[{k}]"
        match item:
            case [int(register), value] if (
                type(register) is int and 0 <= register < len(registers) and register not in taken
            ):
                taken.add(register)
                found.append((register, value_from_json(registers[register].sort, value, where)))
            case _:
                message = "a constant is [register, value], the register held by nothing else"
                raise CertificateError("bad-constants", message, where)
    return tuple(found)


def _named(data: Any, model: Model) -> dict[str, Any]:
    names = {o.name for o in model.operations}
    if not isinstance(data, dict) or set(data) != names:
        odd = sorted(set(data if isinstance(data, dict) else ()) ^ names)
        message = f"the operations of {model.title} are {', '.join(sorted(names))}; differs: {odd}"
        raise CertificateError("missing-operation", message, "operations")
    return data


def _steps(
    data: Any, components: ComponentSet, registers: tuple[Variable, ...], where: str
) -> tuple[Step, ...]:
    return Sequence.from_json(
        {"steps": data, "outputs": []}, components, Wiring.CHAIN, registers, where
    ).steps


_DECISION = {"steps", "decide", "negated", "when_true", "when_false"}


def _decision(
    data: Any, components: ComponentSet, registers: tuple[Variable, ...], where: str
) -> Decision:
    if not isinstance(data, dict) or set(data) != _DECISION or type(data["negated"]) is not bool:
        message = f"a test has {', '.join(sorted(_DECISION))}"
        raise CertificateError("bad-test", message, where)
    chains = [
        _steps(data[key], components, registers, f"{where}.{key}")
        for key in ("steps", "when_true", "when_false")
    ]
    match data["decide"]:
        case [str(name), list(reads), list(writes), list(weights)]:
            component = components[name]
        case _:
            message = "decide is [component, reads, writes, parameters]"
            raise CertificateError("bad-test", message, f"{where}.decide")
    if component.role is Role.BRANCH:
        (step,) = _steps([data["decide"]], components, registers, f"{where}.decide")
    elif component.role is Role.TEST:
        step = _test_step(components, registers, name, (reads, writes, weights), f"{where}.decide")
    else:
        message = f"{name} decides nothing; it is an operation"
        raise CertificateError("wrong-role", message, f"{where}.decide")
    return Decision(chains[0], step, data["negated"], chains[1], chains[2])


def _test_step(
    components: ComponentSet,
    registers: tuple[Variable, ...],
    name: str,
    parts: tuple[list[Any], list[Any], list[Any]],
    where: str,
) -> Step:
    reads, writes, weights = parts
    component = components[name]
    fits = not writes and all(type(k) is int and 0 <= k < len(registers) for k in reads)
    if not fits or tuple(registers[k].sort for k in reads) != component.input_sorts:
        raise CertificateError("bad-test", f"{name} does not read registers {reads}", where)
    if component.placements is not None and tuple(reads) not in component.placements:
        raise CertificateError("bad-placement", f"{name} may not stand at {reads}", where)
    if len(weights) != len(component.parameters):
        message = f"{name} has {len(component.parameters)} parameter(s)"
        raise CertificateError("bad-parameter", message, where)
    setting = tuple(
        value_from_json(p.sort, w, where)
        for p, w in zip(component.parameters, weights, strict=True)
    )
    for p, value in zip(component.parameters, setting, strict=True):
        if not p.admits(value):
            message = f"{name} does not have the parameter value {value}"
            raise CertificateError("bad-parameter", message, where)
    return Step(name, tuple(reads), (), setting)


def _check_control(s: Simulation) -> None:
    control = s.components.control
    if s.jump is not None and (control is None or control.jump):
        message = "the control has unconditional jumps; jump must be null"
        raise CertificateError("bad-jump", message, "jump")
    jumps = control is None or control.jump or s.jump is not None
    if not jumps and not all(
        two_way(control, outcomes(s.components.control, d.decide.component))
        for d in s.tests.values()
    ):
        message = "without unconditional jumps a program that branches one way cannot go back"
        raise CertificateError("no-jump", message, "jump")
    for name, decision in s.tests.items():
        allowed = outcomes(s.components.control, decision.decide.component)
        if not allowed:
            message = f"the control lets no program branch on {decision.decide.component}"
            raise CertificateError("no-branch", message, f"operations.{name}")


def _read_recurrent(data: dict[str, Any], components: ComponentSet, model: Model) -> Simulation:
    from theory.kernel.language.sexpr import parse

    constants: list[tuple[Variable, Value]] = []
    for k, item in enumerate(data["constants"] if isinstance(data["constants"], list) else [None]):
        where = f"constants[{k}]"
        match item:
            case [str(text), value] if len(parse(text, where)) == 1 and k < MAX_REGISTERS:
                sort = read_sort(parse(text, where)[0])
                constants.append((Variable(f"c{k}", sort), value_from_json(sort, value, where)))
            case _:
                message = "a constant is [sort, value]"
                raise CertificateError("bad-constants", message, where)
    quiet = components.cells.quiescent if components.cells else None
    for k, (_, value) in enumerate(constants):
        if quiet is not None and (value != quiet or type(value) is not type(quiet)):
            message = f"far cells hold {quiet}, so no constant can be {value}"
            raise CertificateError("bad-constants", message, f"constants[{k}]")
    given = _named(data["operations"], model)
    operations = {}
    for operation in model.operations:
        where = f"operations.{operation.name}"
        inputs = circuit_inputs(operation, tuple(v for v, _ in constants))
        sequence = Sequence.from_json(given[operation.name], components, Wiring.DAG, inputs, where)
        _check_fan_out(components, sequence, operation, where)
        operations[operation.name] = sequence
    return Simulation(
        components,
        Regime.RECURRENT,
        model,
        tuple(v for v, _ in constants),
        (),
        tuple((k, value) for k, (_, value) in enumerate(constants)),
        operations,
        {},
    )


def _check_fan_out(
    components: ComponentSet, sequence: Sequence, operation: Operation, where: str
) -> None:
    """Every value stands in a register of its own, and each component may stand where it does."""
    sorts = {v.sort for v in sequence.inputs}
    for k, step in enumerate(sequence.steps):
        component = components[step.component]
        place = f"{where}.steps[{k}]"
        sorts.update(component.output_sorts)
        if component.role is not Role.OPERATION:
            message = f"{component.name} only decides; its outcome is no value of a register"
            raise CertificateError("wrong-role", message, place)
        tied = component.writes is not None or (
            component.placements is not None
            and (components.cells is None or step.reads not in component.placements)
        )
        if tied:
            message = f"{component.name} may not stand at {step.reads}"
            raise CertificateError("bad-placement", message, place)
    missing = [sort for sort in sorts if sort not in components.any_of]
    if missing:
        message = f"the set does not have any number of registers of sort {missing[0]}"
        raise CertificateError("bad-registers", message, where)
    slots = [v.sort for v in sequence.inputs]
    for step in sequence.steps:
        slots.extend(components[step.component].output_sorts)
    wanted = [term.sort for term in operation.cases[0].after]
    if [slots[k] for k in sequence.outputs] != wanted:
        message = f"the outputs must have sorts {', '.join(map(str, wanted))}"
        raise CertificateError("wrong-sort", message, f"{where}.outputs")
