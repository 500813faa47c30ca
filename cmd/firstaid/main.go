// Command firstaid is a terminal troubleshooting assistant for serverless
// deployments on AWS.
package main

func main() {}
