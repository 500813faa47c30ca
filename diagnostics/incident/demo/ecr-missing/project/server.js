require("http")
  .createServer((req, res) => res.end("storefront"))
  .listen(process.env.AWS_LWA_PORT);
