locals {
  region = 
  password = "hunter2"
}
