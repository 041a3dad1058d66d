"""When money will come, by how customers have paid."""
