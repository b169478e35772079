//! Seatlock.
