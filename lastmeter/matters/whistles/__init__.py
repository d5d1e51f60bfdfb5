"""吹哨报到: a level calls units to one matter; each reports in, works and signs off against its own deadline."""
