"""What a person sees of a run: the verdict in the terminal and one self-contained HTML report."""
