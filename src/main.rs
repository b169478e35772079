//! Seatlock.
fn main() {}
