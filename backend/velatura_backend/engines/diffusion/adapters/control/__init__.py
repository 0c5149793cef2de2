"""Control networks: which there are, what they are shown, how they are asked."""
