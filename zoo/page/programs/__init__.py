"""API: how a program asks what the page answers."""
