def handler(event, context):
    return {"bounced": len(event.get("Records", []))}
