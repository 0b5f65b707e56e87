"""What runs on the Python side of the sharded backend."""
