module "network" {
  source = "./modules/network"
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
