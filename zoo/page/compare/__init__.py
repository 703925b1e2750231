"""Compare: one query, the answer of every backbone."""
