"""Leaderboard: the numbers of every backbone."""
