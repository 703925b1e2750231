"""Use: a set of pictures tagged, its style profile, and what one backbone recommends for it."""
