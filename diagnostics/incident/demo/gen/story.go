package main

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"firstaid/diagnostics"
)

// Every demo happens in the account and region that AWS's own documentation
// uses for examples.
const (
	account = "123456789012"
	region  = "ap-northeast-2"
	bucket  = "aws-sam-cli-managed-default-samclisourcebucket-1qxzv3k9d2m7"
	madeUp  = "A made example, not somebody's account. "
)

// source holds what CloudFormation keeps of each stack: the processed
// templates are the output of aws-sam-translator 1.110.0, with @@image:ID@@
// where sam package puts an image's address; deployed.yaml is the template of
// the last good deployment where the project has moved on.
//
//go:embed source
var source embed.FS

// story collects the snapshot of one demo.
type story struct {
	name   string
	s      *diagnostics.Snapshot
	hidden []diagnostics.Event // what would fail next
	err    error
}

// tell begins a story. The time is that of the deployment.
func tell(root, name, example string, at time.Time) *story {
	st := &story{name: name, s: &diagnostics.Snapshot{
		Taken: at.Add(41 * time.Minute), Complete: true, Example: madeUp + example,
		Identity: diagnostics.Identity{
			Account: account, Partition: "aws", Region: region, Profile: "dev",
			Arn:    "arn:aws:sts::" + account + ":assumed-role/AWSReservedSSO_Developer_0a1b2c3d4e5f6071/minji.kim",
			UserID: "AROAEXAMPLEDEVELOPER1:minji.kim",
		},
		Account: &diagnostics.AccountLimits{
			ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000,
			TotalCodeSize: 80530636800, CodeSizeZipped: 52428800, CodeSizeUnzipped: 262144000,
		},
	}}
	st.readProject(filepath.Join(root, name, "project"))
	return st
}

// readProject takes the project's files into the snapshot, as collecting does:
// templates, configuration and Dockerfiles.
func (st *story) readProject(dir string) {
	st.fail(filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch base := filepath.Base(p); {
		case base == "Dockerfile", base == "template.yaml", base == "samconfig.toml":
		default:
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		st.s.Files = append(st.s.Files, diagnostics.File{Path: filepath.ToSlash(rel), Content: string(text)})
		return err
	}))
}

// fail keeps the first error; main reports it.
func (st *story) fail(err error) {
	if st.err == nil && err != nil {
		st.err = fmt.Errorf("%s: %w", st.name, err)
	}
}

// file returns a file of the project.
func (st *story) file(name string) string {
	for _, f := range st.s.Files {
		if f.Path == name {
			return f.Content
		}
	}
	st.fail(fmt.Errorf("the project has no %s", name))
	return ""
}

// read returns a file of gen/source.
func (st *story) read(name string) []byte {
	text, err := source.ReadFile(path.Join("source", st.name, name))
	st.fail(err)
	return text
}

// hex makes n digits that are always the same for one label.
func (st *story) hex(label string, n int) string {
	sum := sha256.Sum256([]byte(st.name + "\x00" + label))
	return hex.EncodeToString(sum[:])[:n]
}

func (st *story) uuid(label string) string {
	h := st.hex(label, 32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// letters makes n characters of an alphabet that are always the same for one
// label.
func (st *story) letters(label, alphabet string, n int) string {
	sum := sha256.Sum256([]byte(st.name + "\x01" + label))
	var b strings.Builder
	for i := range n {
		b.WriteByte(alphabet[int(sum[i])%len(alphabet)])
	}
	return b.String()
}

const (
	upperDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// call counts API requests as if they had been made.
func (st *story) call(service, operation string, n int) {
	if n > 0 {
		st.s.Calls = append(st.s.Calls, diagnostics.Call{Service: service, Operation: operation, Count: n})
	}
}

// countCalls counts what reading this snapshot takes.
func (st *story) countCalls() {
	s := st.s
	mine := 0
	for _, k := range s.Stacks {
		if k.StackId == s.StackID || k.ParentId == s.StackID {
			mine++
		}
	}
	st.call("sts", "GetCallerIdentity", 1)
	st.call("cloudformation", "ListStacks", 1)
	st.call("cloudformation", "DescribeStacks", mine)
	st.call("cloudformation", "DescribeEvents", mine)
	st.call("cloudformation", "ListStackResources", mine)
	st.call("cloudformation", "GetTemplate", 2*len(s.Templates))
	st.call("lambda", "GetAccountSettings", 1)
	st.call("lambda", "GetFunction", len(s.Functions))
	st.call("lambda", "ListAliases", len(s.Functions))
	st.call("lambda", "GetPolicy", len(s.Functions))
	st.call("logs", "FilterLogEvents", len(s.LogGroups))
	for _, r := range s.Roles {
		st.call("iam", "GetRole", 1)
		st.call("iam", "GetRolePolicy", len(r.Policies))
	}
	st.call("iam", "SimulatePrincipalPolicy", len(s.Simulations))
	st.call("ecr", "DescribeRepositories", len(s.Repositories))
	st.call("ecr", "DescribeImages", len(s.Repositories))
	st.call("apigateway", "GetResources", len(s.APIs))
	st.call("application-autoscaling", "DescribeScalableTargets", len(s.ScalableTargets))
	st.call("cloudwatch", "GetMetricData", min(1, len(s.Metrics)))
	s.Calls = merge(s.Calls)
}

// merge adds up the counts of one operation.
func merge(list []diagnostics.Call) []diagnostics.Call {
	var out []diagnostics.Call
	for _, c := range list {
		if n := len(out) - 1; n >= 0 && out[n].Service == c.Service && out[n].Operation == c.Operation {
			out[n].Count += c.Count
			continue
		}
		out = append(out, c)
	}
	return out
}

func ms(seconds float64) time.Duration { return time.Duration(seconds*1000) * time.Millisecond }

func compact(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
