"""Many claims at once: chosen, verified side by side, kept as they come, judged together."""
