const express = require("express");
const { sales } = require("./sales");

const app = express();
app.get("/healthz", (req, res) => res.send("ok"));
app.get("/reports/:month", async (req, res) => res.json(await sales(req.params.month)));
app.listen(process.env.AWS_LWA_PORT || 8080);
