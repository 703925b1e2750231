"""Models: what there is and in which state."""
