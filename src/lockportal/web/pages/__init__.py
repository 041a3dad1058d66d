"""The handlers of the routes, by area: each takes the site, the request and who sent it, and answers a response."""
