const express = require("express");
const { DynamoDBClient, PutItemCommand, ScanCommand } = require("@aws-sdk/client-dynamodb");

const db = new DynamoDBClient({});
const app = express();
app.use(express.json());

app.get("/healthz", (req, res) => res.send("ok"));
app.post("/carts", async (req, res) => {
  await db.send(new PutItemCommand({ TableName: process.env.TABLE_NAME, Item: { id: { S: req.body.id } } }));
  res.status(201).json({ id: req.body.id });
});
app.patch("/carts/:id", (req, res) => res.json({ id: req.params.id }));
app.get("/export", async (req, res) => res.json(await db.send(new ScanCommand({ TableName: process.env.TABLE_NAME }))));
app.listen(process.env.AWS_LWA_PORT || 8080);
