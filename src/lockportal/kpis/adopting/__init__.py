"""How far customers help themselves: who signs in, views, pays, promises and disputes, and whether they pay sooner since."""
