"""Whole jobs, ours beside the peers, in one run: `tools/bench`."""
