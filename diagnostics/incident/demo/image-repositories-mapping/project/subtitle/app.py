def handler(event, context):
    return {"subtitle": event.get("key")}
