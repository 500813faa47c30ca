package main

import (
	"fmt"
	"regexp"
	"strings"
)

// physical returns the id that a service gives to a resource.
func (k *stack) physical(id string) string {
	if p, ok := k.ids[id]; ok {
		return p
	}
	r, st := k.res[id], k.st
	named := func(property string) string {
		if v, ok := r.Properties[property].(string); ok {
			return v
		}
		return k.name + "-" + id + "-" + st.letters(id, upperDigits, 12)
	}
	switch r.Type {
	case "AWS::Lambda::Function":
		return named("FunctionName")
	case "AWS::Lambda::Version":
		return k.functionArn(r) + ":1"
	case "AWS::Lambda::Alias":
		return k.functionArn(r) + ":" + fmt.Sprint(r.Properties["Name"])
	case "AWS::Lambda::EventSourceMapping":
		return st.uuid(id)
	case "AWS::DynamoDB::Table":
		return named("TableName")
	case "AWS::SQS::Queue":
		return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", region, account, named("QueueName"))
	case "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api":
		return st.letters(id, lowerDigits, 10)
	case "AWS::ApiGateway::Deployment":
		return st.letters(id, lowerDigits, 6)
	case "AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage":
		return fmt.Sprint(k.resolve(r.Properties["StageName"]))
	case "AWS::ApplicationAutoScaling::ScalableTarget":
		return fmt.Sprintf("%v|lambda:function:ProvisionedConcurrency|lambda", k.resolve(r.Properties["ResourceId"]))
	case "AWS::CloudFormation::Stack":
		return fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%s", region, account, named(""), st.uuid("stack "+named("")))
	}
	return named("")
}

func (k *stack) functionArn(r resource) string {
	return arn("lambda", "function:"+fmt.Sprint(k.resolve(r.Properties["FunctionName"])))
}

func arn(service, rest string) string {
	r := region
	if service == "iam" {
		r = ""
	}
	return "arn:aws:" + service + ":" + r + ":" + account + ":" + rest
}

// attribute is the answer to Fn::GetAtt.
func (k *stack) attribute(id, name string) string {
	p := k.physical(id)
	switch k.res[id].Type + "." + name {
	case "AWS::Lambda::Function.Arn":
		return arn("lambda", "function:"+p)
	case "AWS::Lambda::Version.Version":
		return "1"
	case "AWS::IAM::Role.Arn":
		return arn("iam", "role/"+p)
	case "AWS::DynamoDB::Table.Arn":
		return arn("dynamodb", "table/"+p)
	case "AWS::SQS::Queue.Arn":
		return arn("sqs", p[strings.LastIndexByte(p, '/')+1:])
	case "AWS::SQS::Queue.QueueName":
		return p[strings.LastIndexByte(p, '/')+1:]
	case "AWS::Events::Rule.Arn":
		return arn("events", "rule/"+p)
	}
	k.st.fail(fmt.Errorf("no attribute %s of %s (%s)", name, id, k.res[id].Type))
	return ""
}

// ref is the answer to Ref.
func (k *stack) ref(name string) string {
	switch name {
	case "AWS::AccountId":
		return account
	case "AWS::Region":
		return region
	case "AWS::Partition":
		return "aws"
	case "AWS::URLSuffix":
		return "amazonaws.com"
	case "AWS::StackName":
		return k.name
	case "AWS::StackId":
		return k.id
	}
	if v, ok := k.params[name]; ok {
		return v
	}
	if _, ok := k.res[name]; ok {
		return k.physical(name)
	}
	k.st.fail(fmt.Errorf("nothing is called %s in %s", name, k.name))
	return ""
}

var placeholder = regexp.MustCompile(`\$\{([^!}]+)\}`)

// resolve replaces the intrinsic functions of a value by what they give.
func (k *stack) resolve(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			if r, ok := k.intrinsic(v); ok {
				return r
			}
		}
		out := make(map[string]any, len(v))
		for name, e := range v {
			out[name] = k.resolve(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = k.resolve(e)
		}
		return out
	case string:
		for id, uri := range k.images {
			v = strings.ReplaceAll(v, "@@image:"+id+"@@", uri)
		}
		return v
	}
	return v
}

func (k *stack) intrinsic(v map[string]any) (any, bool) {
	if name, ok := v["Ref"].(string); ok {
		return k.ref(name), true
	}
	if a, ok := v["Fn::GetAtt"].([]any); ok {
		return k.attribute(fmt.Sprint(a[0]), fmt.Sprint(a[1])), true
	}
	if j, ok := v["Fn::Join"].([]any); ok {
		var parts []string
		for _, e := range k.resolve(j[1]).([]any) {
			parts = append(parts, fmt.Sprint(e))
		}
		return strings.Join(parts, fmt.Sprint(j[0])), true
	}
	switch s := v["Fn::Sub"].(type) {
	case string:
		return k.substitute(s, nil), true
	case []any:
		return k.substitute(fmt.Sprint(s[0]), s[1].(map[string]any)), true
	}
	return nil, false
}

func (k *stack) substitute(text string, vars map[string]any) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-1]
		if v, ok := vars[name]; ok {
			return fmt.Sprint(k.resolve(v))
		}
		if id, attribute, ok := strings.Cut(name, "."); ok {
			return k.attribute(id, attribute)
		}
		return k.ref(name)
	})
}

// texts turns numbers and truth values into strings, which is what an event's
// ResourceProperties holds.
func texts(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			v[name] = texts(e)
		}
		return v
	case []any:
		for i, e := range v {
			v[i] = texts(e)
		}
		return v
	case string:
		return v
	}
	return fmt.Sprint(v)
}

func anyMap(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
