import json
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    item = {"receiptId": str(uuid.uuid4()), "lines": event.get("body") or ""}
    table.put_item(Item=item)
    return {"statusCode": 201, "body": json.dumps({"id": item["receiptId"]})}
