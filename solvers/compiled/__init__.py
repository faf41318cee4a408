"""Terms turned into fast code, one way for each kind of value.

| module | makes |
|---|---|
| `term_code` | the templates: each operator as Python over values, and over arrays |
| `exact_arithmetic` | the arithmetic of exact integers that these templates call |
| `array_code` | functions over NumPy arrays of machine words, or the source text of one |
| `scalars` | the operators on single machine words, for compiled code |
| `generated` | modules written, compiled by Numba and kept: components over words |
| `row_operations` | components over rows of packed words, callable from compiled searches |
| `word_errors` | errors of packed outputs |
| `interning` | numbers for rows: equal rows get equal numbers |
| `compiling` | the compiler, and the folder where compiled code is kept |
"""
