# The main job as Terraform says it: buckets, versioning, a role with its policies, a replication configuration.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "purpose" {
  type    = string
  default = "walk-through"
}

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
  s3_use_path_style       = true
  endpoints {
    s3        = var.endpoint
    s3control = var.endpoint
    iam       = var.endpoint
    sts       = var.endpoint
  }
}

provider "aws" {
  alias                   = "far"
  region                  = "ap-south-1"
  skip_metadata_api_check = true
  s3_use_path_style       = true
  endpoints {
    s3        = var.endpoint
    s3control = var.endpoint
    iam       = var.endpoint
    sts       = var.endpoint
  }
}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "source" {
  bucket = "terraform-source"
  tags   = { purpose = var.purpose }
}

resource "aws_s3_bucket" "replica" {
  provider      = aws.far
  bucket        = "terraform-replica"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "source" {
  bucket = aws_s3_bucket.source.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_versioning" "replica" {
  provider = aws.far
  bucket   = aws_s3_bucket.replica.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "source" {
  bucket                  = aws_s3_bucket.source.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "source" {
  bucket = aws_s3_bucket.source.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "replication" {
  name               = "terraform-replication"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "replication" {
  statement {
    actions   = ["s3:Get*", "s3:ListBucket"]
    resources = [aws_s3_bucket.source.arn, "${aws_s3_bucket.source.arn}/*"]
  }
  statement {
    actions   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:GetObjectVersionTagging"]
    resources = ["${aws_s3_bucket.replica.arn}/*"]
  }
}

resource "aws_iam_policy" "replication" {
  name   = "terraform-replication"
  policy = data.aws_iam_policy_document.replication.json
}

resource "aws_iam_role_policy_attachment" "replication" {
  role       = aws_iam_role.replication.name
  policy_arn = aws_iam_policy.replication.arn
}

data "aws_iam_policy_document" "replica" {
  statement {
    sid       = "OnlyOurAccount"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.replica.arn, "${aws_s3_bucket.replica.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_s3_bucket_policy" "replica" {
  provider = aws.far
  bucket   = aws_s3_bucket.replica.id
  policy   = data.aws_iam_policy_document.replica.json
}

resource "aws_s3_bucket_replication_configuration" "source" {
  depends_on = [aws_s3_bucket_versioning.source, aws_s3_bucket_versioning.replica]
  role       = aws_iam_role.replication.arn
  bucket     = aws_s3_bucket.source.id

  rule {
    id       = "logs"
    priority = 2
    status   = "Enabled"
    filter {
      and {
        prefix = "logs/"
        tags   = { keep = "yes", team = "storage" }
      }
    }
    delete_marker_replication {
      status = "Disabled"
    }
    destination {
      bucket        = aws_s3_bucket.replica.arn
      storage_class = "STANDARD_IA"
    }
  }

  rule {
    priority = 1
    status   = "Enabled"
    filter {
      prefix = "data/"
    }
    delete_marker_replication {
      status = "Enabled"
    }
    destination {
      bucket = aws_s3_bucket.replica.arn
    }
  }
}

resource "aws_s3_object" "first" {
  depends_on = [aws_s3_bucket_replication_configuration.source]
  bucket     = aws_s3_bucket.source.id
  key        = "elsewhere/first.txt"
  content    = "first\n"
}
