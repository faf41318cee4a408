"""What things mean, and whether a claim about them is true. Small, plain, trusted.

| to | use |
|---|---|
| write components | `component`, `ComponentSet`; sorts `BOOL`, `INT`, `REAL`, `bitvec`, `array` |
| read and write `.smt2` | `load_components`, `read_components`, `write_components` |
| state a problem | `problem`, `load_problem`, `Problem`; `Samples`, `Specification`, `Table` |
| handle sequences | `Sequence`, `Step`, `Wiring`; as text: `sequence_text`, `one_line` |
| check a certificate | `check_file`, `check`, or `sheffer-check FILE` |

- `theory.kernel`: exactly what a checker reaches; `TRUST.md` names each of its modules.
- `theory.formats`: files of people, in and out. `theory.catalogue`: the shipped component sets.
- `theory.turing.machine*`: Turing machines. `theory.theorems`: the executed claims.

Nothing here imports `solvers`. Reading, evaluating and the checkers of finite things load no z3.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory.formats.authoring import component, problem
    from theory.formats.component_files import load_components, read_components
    from theory.formats.component_writing import write_components
    from theory.formats.problem_files import load_problem, read_problem
    from theory.formats.sequence_text import one_line, sequence_text
    from theory.kernel.checks.certificates import (
        InternalError,
        Limits,
        check,
        check_file,
        load_certificate,
    )
    from theory.kernel.checks.statement import Completeness, LeastError, Report
    from theory.kernel.components.component import Component, Parameter
    from theory.kernel.components.component_sets import ComponentSet
    from theory.kernel.components.placements import Step, Wiring
    from theory.kernel.errors import (
        CertificateError,
        ComponentError,
        MachineError,
        OutOfLimitsError,
        ProblemError,
        ShefferError,
    )
    from theory.kernel.language.names import Variable
    from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, Sort, array, bitvec
    from theory.kernel.language.terms import Term, apply, const, var
    from theory.kernel.problems.problem import Problem
    from theory.kernel.problems.sequences import Cost, Sequence
    from theory.kernel.problems.targets import (
        Measure,
        Relation,
        Sample,
        Samples,
        Specification,
        Table,
    )

_PLACES = {
    "theory.formats.authoring": "component problem",
    "theory.formats.component_files": "load_components read_components",
    "theory.formats.component_writing": "write_components",
    "theory.formats.problem_files": "load_problem read_problem",
    "theory.formats.sequence_text": "one_line sequence_text",
    "theory.kernel.checks.certificates": "InternalError Limits check check_file load_certificate",
    "theory.kernel.checks.statement": "Completeness LeastError Report",
    "theory.kernel.components.component": "Component Parameter",
    "theory.kernel.components.component_sets": "ComponentSet",
    "theory.kernel.components.placements": "Step Wiring",
    "theory.kernel.errors": "CertificateError ComponentError OutOfLimitsError MachineError "
    "ProblemError ShefferError",
    "theory.kernel.language.names": "Variable",
    "theory.kernel.language.sorts": "BOOL INT REAL ArrayValue Sort array bitvec",
    "theory.kernel.language.terms": "Term apply const var",
    "theory.kernel.problems.problem": "Problem",
    "theory.kernel.problems.sequences": "Cost Sequence",
    "theory.kernel.problems.targets": "Measure Relation Sample Samples Specification Table",
}
_FOUND = {name: module for module, names in _PLACES.items() for name in names.split()}

__all__ = [
    "BOOL",
    "INT",
    "REAL",
    "ArrayValue",
    "CertificateError",
    "Completeness",
    "Component",
    "ComponentError",
    "ComponentSet",
    "Cost",
    "InternalError",
    "LeastError",
    "Limits",
    "MachineError",
    "Measure",
    "OutOfLimitsError",
    "Parameter",
    "Problem",
    "ProblemError",
    "Relation",
    "Report",
    "Sample",
    "Samples",
    "Sequence",
    "ShefferError",
    "Sort",
    "Specification",
    "Step",
    "Table",
    "Term",
    "Variable",
    "Wiring",
    "apply",
    "array",
    "bitvec",
    "check",
    "check_file",
    "component",
    "const",
    "load_certificate",
    "load_components",
    "load_problem",
    "one_line",
    "problem",
    "read_components",
    "read_problem",
    "sequence_text",
    "var",
    "write_components",
]


def __getattr__(name: str) -> Any:
    """Loads what is asked for, so that a checker loads the kernel alone."""
    if name not in _FOUND:
        raise AttributeError(f"module 'theory' has no attribute {name!r}")
    return getattr(import_module(_FOUND[name]), name)
