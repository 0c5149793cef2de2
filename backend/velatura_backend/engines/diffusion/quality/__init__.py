"""What surrounds a painter: where it works and at which size, over what, and how the outcome joins
the picture it is for."""
