"""Map: where the items lie to each backbone, two side by side."""
