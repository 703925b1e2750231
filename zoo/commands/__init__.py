"""The commands by group: parse, call, print."""
