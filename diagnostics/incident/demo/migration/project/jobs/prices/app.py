def handler(event, context):
    return {"prices": 1204}
