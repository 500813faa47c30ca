const headers = { "Access-Control-Allow-Origin": "https://todo.example.com" };

exports.handler = async (event) => ({ statusCode: 200, headers, body: JSON.stringify({ method: event.httpMethod }) });
