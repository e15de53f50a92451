"""Functions of arrays, each citing its paper; they know no bet, no metric, no day."""
