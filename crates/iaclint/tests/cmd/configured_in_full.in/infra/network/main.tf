variable "size" {
  type = string
}

resource "aws_vpc" "main" {
  cidr_block = var.size
}
