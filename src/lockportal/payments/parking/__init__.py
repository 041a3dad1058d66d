"""Events of gateways whose operation is not known yet: kept under the supplier's own account until it is."""
