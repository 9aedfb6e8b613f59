"""The main job through boto3, and what is not built yet; e2e/boto3.test.ts runs it and reads its JSON line."""

import json
import socket
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, account = sys.argv[1:3]
resolve = socket.getaddrinfo


def resolve_localhost(host, *rest, **more):
    # Clients of S3 Control put the account before the host; not every machine resolves names below localhost.
    name = "localhost" if str(host).endswith(".localhost") else host
    return resolve(name, *rest, **more)


socket.getaddrinfo = resolve_localhost


def client(service, region="us-east-1"):
    return boto3.client(
        service, endpoint_url=endpoint, region_name=region, config=Config(retries={"max_attempts": 0})
    )


def refusal(call):
    try:
        call()
    except ClientError as error:
        answer = error.response
        return [answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]]
    return None


def replicate():
    near, far, iam = client("s3"), client("s3", "ap-south-1"), client("iam")
    near.create_bucket(Bucket="boto-source")
    far.create_bucket(
        Bucket="boto-replica", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"}
    )
    for s3, bucket in ((near, "boto-source"), (far, "boto-replica")):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="boto", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    rights = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:Get*", "s3:ListBucket", "s3:Replicate*"],
                "Resource": ["arn:aws:s3:::boto-*", "arn:aws:s3:::boto-*/*"],
            }
        ],
    }
    iam.put_role_policy(RoleName="boto", PolicyName="boto", PolicyDocument=json.dumps(rights))
    near.put_bucket_replication(
        Bucket="boto-source",
        ReplicationConfiguration={
            "Role": role["Arn"],
            "Rules": [
                {
                    "Status": "Enabled",
                    "Priority": 1,
                    "Filter": {"Prefix": ""},
                    "DeleteMarkerReplication": {"Status": "Enabled"},
                    "Destination": {"Bucket": "arn:aws:s3:::boto-replica"},
                }
            ],
        },
    )
    bodies = {"small": b"small", "large": b"0123456789abcdef" * (9 * 65536)}
    near.put_object(Bucket="boto-source", Key="small", Body=bodies["small"])
    with open(sys.argv[3], "wb") as file:
        file.write(bodies["large"])
    near.upload_file(sys.argv[3], "boto-source", "large")
    seen = {}
    for key, body in bodies.items():
        for _ in range(600):
            source = near.head_object(Bucket="boto-source", Key=key)
            if source["ReplicationStatus"] != "PENDING":
                break
            time.sleep(0.1)
        replica = far.get_object(Bucket="boto-replica", Key=key)
        seen[key] = [
            source["ReplicationStatus"],
            replica["ReplicationStatus"],
            replica["VersionId"] == source["VersionId"],
            replica["Body"].read() == body,
        ]
    return seen


control = client("s3control")


def run_job():
    """A job over what has replicated, confirmed and run."""
    iam = client("iam")
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "batchoperations.s3.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = lambda statement: json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = iam.create_role(RoleName="boto-batch", AssumeRolePolicyDocument=document(trust))["Role"]
    iam.put_role_policy(RoleName="boto-batch", PolicyName="boto", PolicyDocument=document(allow))
    job = control.create_job(
        AccountId=account,
        ConfirmationRequired=True,
        Operation={"S3ReplicateObject": {}},
        Report={"Enabled": False},
        Priority=1,
        RoleArn=role["Arn"],
        Tags=[{"Key": "team", "Value": "data"}],
        ManifestGenerator={
            "S3JobManifestGenerator": {
                "SourceBucket": "arn:aws:s3:::boto-source",
                "EnableManifestOutput": False,
                "Filter": {
                    "EligibleForReplication": True,
                    "ObjectReplicationStatuses": ["COMPLETED"],
                    "MatchAnyObjectEncryption": [{"SSES3": {}}],
                },
            }
        },
    )
    named = {"AccountId": account, "JobId": job["JobId"]}
    waiting = rested(named)
    control.update_job_priority(Priority=7, **named)
    control.update_job_status(RequestedJobStatus="Ready", StatusUpdateReason="go on", **named)
    done = rested(named)
    listed = control.list_jobs(AccountId=account, JobStatuses=["Complete"])["Jobs"]
    return {
        "waiting": [waiting["Status"], waiting["SuspendedCause"]],
        "done": [done["Status"], done["Priority"], done["StatusUpdateReason"]],
        "progress": [
            done["ProgressSummary"][name]
            for name in ("TotalNumberOfTasks", "NumberOfTasksSucceeded", "NumberOfTasksFailed")
        ],
        "listed": [entry["JobId"] == job["JobId"] for entry in listed],
        "tags": control.get_job_tagging(**named)["Tags"],
        "again": code_of(lambda: control.update_job_status(RequestedJobStatus="Ready", **named)),
        "unknown": code_of(lambda: control.describe_job(AccountId=account, JobId="0" * 36)),
    }


def rested(named):
    for _ in range(600):
        job = control.describe_job(**named)["Job"]
        if job["Status"] in ("Suspended", "Complete", "Failed", "Cancelled"):
            break
        time.sleep(0.1)
    return job


def code_of(call):
    """The name of the exception as boto3's model has it."""
    try:
        call()
    except ClientError as error:
        return [type(error).__name__, error.response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


print(
    json.dumps(
        {
            "replicated": replicate(),
            "job": run_job(),
            "kms": refusal(lambda: client("kms").create_key()),
            "cloudwatch": refusal(lambda: client("cloudwatch").list_metrics()),
            "s3control": refusal(lambda: control.list_access_points(AccountId=account)),
            "s3": refusal(lambda: client("s3").get_object_torrent(Bucket="boto-source", Key="small")),
            "iam": refusal(lambda: client("iam").list_saml_providers()),
            "sts": refusal(lambda: client("sts").get_federation_token(Name="someone")),
        }
    )
)
