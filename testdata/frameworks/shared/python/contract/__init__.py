"""What the adapters in Python share."""
