exports.handler = async (event) => {
  const cart = JSON.parse(event.body ?? "{}");
  return { statusCode: 202, body: JSON.stringify({ accepted: cart.id ?? null }) };
};
