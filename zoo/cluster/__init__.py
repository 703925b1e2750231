"""A Ray cluster at work for the zoo; nothing else needs Ray."""
