"""Mail that comes in: replies of contacts into threads, each taken once, by an address that only this portal can write."""
