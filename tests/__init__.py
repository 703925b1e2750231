"""The project's tests; several processes of them share the cores that there are."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before torch is imported; the commands that tests start take it over.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
