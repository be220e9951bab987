resource "aws_sqs_queue" "q0" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q1" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q2" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q3" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q4" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q5" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q6" {
  name = aws_instance.x.id
}

resource "aws_sqs_queue" "q7" {
  name = aws_instance.x.id
}

