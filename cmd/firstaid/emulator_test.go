package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"firstaid/diagnostics"
	"firstaid/diagnostics/collect/emulatortest"
)

// told is what `firstaid diagnose --format json` says, as far as the tests ask.
type told struct {
	Complete bool `json:"complete"`
	Findings []struct {
		ID string `json:"id"`
		diagnostics.Finding
	} `json:"findings"`
	Unread []diagnostics.Unread `json:"unread"`
	Calls  []diagnostics.Call   `json:"calls"`
}

// about is the finding of a playbook, whose place in the list is returned too.
func (d told) about(playbook string) (f diagnostics.Finding, ok bool) {
	for _, f := range d.Findings {
		if f.Playbook == playbook {
			return f.Finding, true
		}
	}
	return diagnostics.Finding{}, false
}

func (d told) String() string {
	var b strings.Builder
	for _, f := range d.Findings {
		b.WriteString("\n  " + f.ID + " " + f.Confidence.String() + ": " + f.Summary.En)
	}
	for _, u := range d.Unread {
		fmt.Fprintf(&b, "\n  unread: %+v", u)
	}
	fmt.Fprintf(&b, "\n  calls: %+v", d.Calls)
	return b.String()
}

// inProject makes a folder with these files the working folder, and an emulator
// the account.
func inProject(t *testing.T, e *emulatortest.Emulator, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, v := range e.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}

// firstaid runs a command line and returns its status and what it printed.
func firstaid(t *testing.T, args ...string) (status int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(context.Background(), args, streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
	if stderr.Len() > 0 {
		t.Logf("firstaid %s: %s", strings.Join(args, " "), &stderr)
	}
	return status, stdout.String()
}

// diagnose runs `firstaid diagnose STACK --format json`.
func diagnose(t *testing.T, stack string) told {
	t.Helper()
	status, out := firstaid(t, "diagnose", stack, "--format", "json")
	var d told
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if want := map[bool]int{true: statusFindings, false: statusOK}[len(d.Findings) > 0]; status != want || !d.Complete {
		t.Errorf("status %d with %d findings, complete %v", status, len(d.Findings), d.Complete)
	}
	return d
}

// deploy creates or updates a stack and returns its status at the end.
func deploy(t *testing.T, e *emulatortest.Emulator, stack, template string) types.StackStatus {
	t.Helper()
	ctx, client := context.Background(), cloudformation.NewFromConfig(e.Config())
	capabilities := []types.Capability{types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand}
	_, err := client.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: aws.String(stack), TemplateBody: aws.String(template), Capabilities: capabilities,
	})
	if err != nil {
		t.Fatalf("create stack %s: %v", stack, err)
	}
	for range 300 {
		out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stack)})
		if err != nil {
			t.Fatal(err)
		}
		if s := out.Stacks[0].StackStatus; !strings.HasSuffix(string(s), "_IN_PROGRESS") {
			return s
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("stack %s never ended", stack)
	return ""
}

// lineOf is the 1-based line of a text's first occurrence.
func lineOf(t *testing.T, text, part string) int {
	t.Helper()
	before, _, found := strings.Cut(text, part)
	if !found {
		t.Fatalf("%q is not in the template", part)
	}
	return strings.Count(before, "\n") + 1
}
