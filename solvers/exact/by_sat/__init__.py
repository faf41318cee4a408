"""Boolean dags by a SAT solver: witnesses, and lower bounds with LRAT proofs."""
