"""How good a backbone's recommendations are, by true labels only."""
