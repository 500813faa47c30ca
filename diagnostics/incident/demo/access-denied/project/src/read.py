import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    found = table.get_item(Key={"receiptId": event["pathParameters"]["id"]})
    if "Item" not in found:
        return {"statusCode": 404}
    return {"statusCode": 200, "body": json.dumps(found["Item"])}
