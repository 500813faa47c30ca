package main

import (
	"bytes"
	"context"
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
	"firstaid/diagnostics/incident"
	"firstaid/playbooks"
	"firstaid/playbooks/report"
)

// The whole way of a fix against a CloudFormation that nobody here wrote: it
// fails, is named, mended, deployed again, proven, taken back, and fails again.
func TestAFixIsProvenAndTakenBackOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	deploy(t, e, "shop", raceTemplate)
	inProject(t, e, map[string]string{"template.yaml": raceTemplate})
	if status, out := firstaid(t, "fix", "alias-ordering", "--stack", "shop", "--apply"); status != statusOK {
		t.Fatalf("status %d: %s", status, out)
	}
	mended := fileText(t, "template.yaml")
	if !strings.Contains(mended, "DependsOn: FnAliaslive") {
		t.Fatalf("the template is\n%s", mended)
	}
	remove(t, e, "shop")
	if s := deploy(t, e, "shop", mended); s != types.StackStatusCreateComplete {
		t.Fatalf("the mended template ended %s", s)
	}
	if _, out := firstaid(t, "journal", "--verify", "--stack", "shop"); !strings.Contains(out, string(diagnostics.Proven)) {
		t.Errorf("the journal says %s", out)
	}

	if status, out := firstaid(t, "undo"); status != statusOK {
		t.Fatalf("undo: status %d: %s", status, out)
	}
	if got := fileText(t, "template.yaml"); got != raceTemplate {
		t.Fatalf("taken back, the template is\n%s", got)
	}
	remove(t, e, "shop")
	if s := deploy(t, e, "shop", fileText(t, "template.yaml")); s != types.StackStatusRollbackComplete {
		t.Fatalf("the template as it was ended %s", s)
	}
	if _, ok := diagnose(t, "shop").about("alias-ordering"); !ok {
		t.Error("the failure is not named any more")
	}
}

// A captured incident tells what the live stack told, byte for byte, in every
// format, and holds no secret.
func TestACaptureReadsAsTheLiveStackOnMinistack(t *testing.T) {
	e := emulatortest.Ministack(t)
	const secret = "hunter2-very-secret"
	template := strings.Replace(raceTemplate, "      AutoPublishAlias: live\n",
		"      AutoPublishAlias: live\n      Environment: {Variables: {DB_PASSWORD: "+secret+"}}\n", 1)
	deploy(t, e, "shop", template)
	inProject(t, e, map[string]string{"template.yaml": raceTemplate})
	a, err := (&options{}).account(t.Context(), "shop", ".")
	if err != nil {
		t.Fatal(err)
	}
	live, err := a.read(t.Context(), func(*diagnostics.Snapshot) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "shop.json")
	if err := incident.Save(name, live, diagnostics.RedactOptions{}); err != nil {
		t.Fatal(err)
	}
	captured, err := incident.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Formats() {
		if want, got := reported(t, f, live), reported(t, f, captured); !bytes.Equal(want, got) {
			t.Errorf("%s: the captured incident reads\n%s\nthe live stack\n%s", f, got, want)
		}
	}
	if strings.Contains(fileText(t, name), secret) {
		t.Error("the secret is in the file")
	}
}

func reported(t *testing.T, f report.Format, s *diagnostics.Snapshot) []byte {
	t.Helper()
	c, err := playbooks.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Write(&b, f, report.Report{Snapshot: s, Findings: playbooks.Diagnose(s, c), Catalog: c, Lang: diagnostics.English}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fileText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// remove deletes a stack and waits until its name is free.
func remove(t *testing.T, e *emulatortest.Emulator, stack string) {
	t.Helper()
	ctx, client := context.Background(), cloudformation.NewFromConfig(e.Config())
	if _, err := client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String(stack)}); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stack)})
		if err != nil || len(out.Stacks) == 0 || out.Stacks[0].StackStatus == types.StackStatusDeleteComplete {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("the stack %s is not going away", stack)
}
