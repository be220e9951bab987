resource "aws_sqs_queue" "mail" {
  name = "mail"
}
