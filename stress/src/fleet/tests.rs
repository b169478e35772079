//! What must be true of each simulation.
