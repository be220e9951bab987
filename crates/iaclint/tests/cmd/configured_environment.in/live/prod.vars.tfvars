name = "jobs"
