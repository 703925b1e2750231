"""Tag: predicted attributes of uploaded pictures."""
