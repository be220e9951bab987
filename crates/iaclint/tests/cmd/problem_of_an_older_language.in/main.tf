terraform {
  required_version = "~> 0.11.14"
}

resource "aws_sqs_queue" "q" {
  name = aws_instance.x.id
}
