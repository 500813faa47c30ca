import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    page = table.scan(Limit=50)
    return {"statusCode": 200, "body": json.dumps(page["Items"], default=str)}
