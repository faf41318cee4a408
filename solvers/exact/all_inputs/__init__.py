"""Problems about all inputs: samples chosen by counterexample, and the end of a dag by look-up."""
