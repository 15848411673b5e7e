"""Many runs: sampling and seeds, execution on all cores, summaries."""
