"""What things mean, and whether a claim about them is true. Small, plain, trusted.

| to | use |
|---|---|
| write components | `component`, `ComponentSet`; sorts `BOOL`, `INT`, `REAL`, `bitvec`, `array` |
| read and write `.smt2` | `load_components`, `read_components`, `write_components` |
| state a problem | `problem`, `load_problem`, `Problem`; `Samples`, `Specification`, `Table` |
| handle sequences | `Sequence`, `Step`, `Wiring` |
| check a certificate | `check_file`, `check`, or `python -m theory FILE` |

Nothing here imports `solvers`. Reading, evaluating and the checkers of finite things load no z3.
`TRUST.md` in this folder lists what is trusted.
"""

from theory.formats.authoring import problem
from theory.formats.component_writing import write_components
from theory.formats.problem_files import load_problem, read_problem
from theory.kernel.checks.certificates import Limits, Report, check, check_file, load_certificate
from theory.kernel.components.component_files import load_components, read_components
from theory.kernel.components.component_sets import (
    Component,
    ComponentSet,
    Parameter,
    Variable,
    component,
)
from theory.kernel.components.placements import Step, Wiring
from theory.kernel.errors import (
    CertificateError,
    ComponentError,
    MachineError,
    ProblemError,
    ShefferError,
)
from theory.kernel.language.sorts import BOOL, INT, REAL, ArrayValue, Sort, array, bitvec
from theory.kernel.language.terms import Term, apply, const, var
from theory.kernel.problems.problem import (
    Measure,
    Problem,
    Relation,
    Sample,
    Samples,
    Specification,
    Table,
)
from theory.kernel.problems.sequences import Cost, Sequence

__all__ = [
    "BOOL",
    "INT",
    "REAL",
    "ArrayValue",
    "CertificateError",
    "Component",
    "ComponentError",
    "ComponentSet",
    "Cost",
    "Limits",
    "MachineError",
    "Measure",
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
    "problem",
    "read_components",
    "read_problem",
    "var",
    "write_components",
]
