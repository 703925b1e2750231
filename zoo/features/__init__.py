"""Pictures -> unit embeddings."""
