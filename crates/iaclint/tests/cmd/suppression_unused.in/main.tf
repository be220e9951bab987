# iaclint: ignore[endpoint-port-duplicated] gone
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
