package emulatortest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstaid/diagnostics/collect/emulatortest"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestMotoAnswers(t *testing.T) {
	e := emulatortest.Moto(t)
	who, err := sts.NewFromConfig(e.Config()).GetCallerIdentity(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *who.Account != "123456789012" {
		t.Errorf("account %s", *who.Account)
	}
	e.Post(t, "/moto-api/reset", "application/json", "")
}

func TestMinistackAnswers(t *testing.T) {
	e := emulatortest.Ministack(t)
	list, err := cloudformation.NewFromConfig(e.Config()).ListStacks(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.StackSummaries) != 0 {
		t.Errorf("a fresh emulator has %d stacks", len(list.StackSummaries))
	}
}

// LocalEmu is the one emulator that denies for real: unknown keys may do nothing, root everything.
func TestLocalEmuDenies(t *testing.T) {
	e := emulatortest.LocalEmu(t)
	if _, err := cloudwatchlogs.NewFromConfig(e.Config()).DescribeLogGroups(context.Background(), nil); err != nil {
		t.Fatalf("root was refused: %v", err)
	}
	_, err := cloudwatchlogs.NewFromConfig(e.ConfigAs("AKIANOBODYNOBODYNOBO", "x")).DescribeLogGroups(context.Background(), nil)
	if err == nil {
		t.Fatal("unknown keys were let in")
	}
}

// The two ways a missing emulator shows: skipped with the reason, or failed under CI.
func TestMissingEmulator(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("FIRSTAID_EMULATORS_DIR", t.TempDir())
	t.Setenv("CI", "")
	t.Setenv("FIRSTAID_EMULATORS", "")
	t.Run("skips", func(t *testing.T) {
		r := &recorder{TB: t}
		r.run(func() { emulatortest.Moto(r) })
		if r.verb != "skip" || !strings.Contains(r.text, "moto_server") || !strings.Contains(r.text, ".ci/emulators") {
			t.Errorf("%s: %q", r.verb, r.text)
		}
	})
	t.Run("fails under CI", func(t *testing.T) {
		t.Setenv("CI", "1")
		r := &recorder{TB: t}
		r.run(func() { emulatortest.Moto(r) })
		if r.verb != "fatal" || !strings.Contains(r.text, "moto_server") {
			t.Errorf("%s: %q", r.verb, r.text)
		}
	})
}

// A program that dies at once fails the test with what it printed.
func TestBrokenEmulator(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FIRSTAID_EMULATORS_DIR", dir)
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho no module named flask\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "bin", "moto_server"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	r := &recorder{TB: t}
	r.run(func() { emulatortest.Moto(r) })
	if r.verb != "fatal" || !strings.Contains(r.text, "no module named flask") {
		t.Errorf("%s: %q", r.verb, r.text)
	}
}
