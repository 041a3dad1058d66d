"""What disputes are about, and how long they take."""
