"""What people close by hand, as no gateway can tell of it."""
