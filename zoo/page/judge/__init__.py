"""Judge: two backbones answer one query, their names hidden until the vote."""
