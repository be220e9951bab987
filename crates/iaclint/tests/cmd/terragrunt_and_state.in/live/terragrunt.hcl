terraform {
  source = "..//modules/queue"
}

inputs = {
  name = "jobs"
}
