"""How many behaviours there are, by their errors."""
