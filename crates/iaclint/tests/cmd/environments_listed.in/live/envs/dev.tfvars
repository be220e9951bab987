suffix = ":6379"
