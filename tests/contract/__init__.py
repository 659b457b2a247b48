"""One contract, every adapter."""
