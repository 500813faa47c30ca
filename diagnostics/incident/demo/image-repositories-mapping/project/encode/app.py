def handler(event, context):
    return {"encode": event.get("key")}
