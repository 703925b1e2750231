"""Nearest neighbours, style profiles and recommendations."""
