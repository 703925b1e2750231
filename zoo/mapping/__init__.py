"""Maps: the embeddings of a backbone laid out on a plane, near where they are alike."""
