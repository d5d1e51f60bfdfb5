"""The merged grid as a problem: the ground as a graph, what a division of it measures, the best one. No Django."""
