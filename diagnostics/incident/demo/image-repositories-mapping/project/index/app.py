def handler(event, context):
    return {"indexed": True}
