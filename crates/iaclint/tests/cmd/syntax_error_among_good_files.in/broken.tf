locals {
  region   = "eu-west-1"
  password = "hunter2" "more"
}
