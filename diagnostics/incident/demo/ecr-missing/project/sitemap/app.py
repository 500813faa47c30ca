def handler(event, context):
    return {"pages": 318}
