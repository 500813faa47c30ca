// Package emulatortest runs a local AWS emulator for the time of one test, as
// net/http/httptest runs a server. It is imported by tests only.
//
// .ci/emulators installs the emulators. Where one is missing the test is
// skipped and says so; under CI, or with FIRSTAID_EMULATORS=required, it fails.
package emulatortest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Region is where every emulated resource lives.
const Region = "us-east-1"

// An Emulator is a running emulator; the test's end stops it.
type Emulator struct {
	URL    string // http://127.0.0.1:PORT, no trailing slash
	key    string // access key id that may do everything
	output *tail
}

// program says how one emulator is started and how it is known to be ready.
type program struct {
	name  string
	args  func(port string) []string
	env   func(port string) []string
	ready string // path that answers 200
	key   string
	slow  time.Duration // longest start seen, generously
}

// Moto starts moto_server: logs, ECR, IAM documents, API Gateway, autoscaling,
// Lambda configuration. The account is 123456789012. A failing stack is not in
// its power: CreateStack itself fails and the stack stays in progress.
func Moto(t testing.TB, env ...string) *Emulator {
	t.Helper()
	return start(t, program{
		name:  "moto_server",
		args:  func(port string) []string { return []string{"-H", "127.0.0.1", "-p", port} },
		ready: "/moto-api/data.json",
		key:   "test",
		slow:  30 * time.Second,
	}, env)
}

// Ministack starts ministack: CloudFormation with real failures, SAM, Lambda
// that runs, live tail. The account is 000000000000.
func Ministack(t testing.TB, env ...string) *Emulator {
	t.Helper()
	return start(t, program{
		name: "ministack",
		env: func(port string) []string {
			return []string{"BIND_HOST=127.0.0.1", "GATEWAY_PORT=" + port, "IOT_MTLS_ENABLED=0"}
		},
		ready: "/_ministack/health",
		key:   "test",
		slow:  30 * time.Second,
	}, env)
}

// LocalEmu starts LocalEmu with IAM enforcement: the emulator's own calls are
// denied as AWS denies them. Emulator.Config has root's keys.
func LocalEmu(t testing.TB, env ...string) *Emulator {
	t.Helper()
	return start(t, program{
		name: "localemu",
		args: func(string) []string { return []string{"start"} },
		env: func(port string) []string {
			return []string{"GATEWAY_LISTEN=127.0.0.1:" + port, "IAM_ENFORCEMENT=1", "LOCALEMU_VOLUME_DIR=" + t.TempDir()}
		},
		ready: "/_localemu/health",
		key:   "AKIAIOSFODNN7EXAMPLE",
		slow:  90 * time.Second,
	}, env)
}

// Config is the SDK's configuration for this emulator, with keys that may do everything.
func (e *Emulator) Config() aws.Config { return e.ConfigAs(e.key, "secret") }

// ConfigAs is Config with somebody else's keys, for emulators that enforce IAM.
func (e *Emulator) ConfigAs(key, secret string) aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(e.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, Source: "emulatortest"}, nil
		}),
	}
}

// Env is the environment that leads a program to this emulator.
func (e *Emulator) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + e.URL,
		"AWS_ACCESS_KEY_ID=" + e.key,
		"AWS_SECRET_ACCESS_KEY=secret",
		"AWS_SESSION_TOKEN=",
		"AWS_REGION=" + Region,
		"AWS_PROFILE=",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Post sends body to one of the emulator's own addresses (reset, configuration)
// and fails the test unless the answer is a success.
func (e *Emulator) Post(t testing.TB, path, contentType, body string) {
	t.Helper()
	resp, err := http.Post(e.URL+path, contentType, strings.NewReader(body))
	if err != nil {
		t.Fatalf("post %s: %v", path, err)
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 2000))
	if resp.StatusCode >= 300 {
		t.Fatalf("post %s: %s: %s", path, resp.Status, answer)
	}
}

func start(t testing.TB, p program, env []string) *Emulator {
	t.Helper()
	path, err := find(p.name)
	if err != nil {
		if required() {
			t.Fatalf("%v; run .ci/emulators", err)
		}
		t.Skipf("skipped: %v; .ci/emulators installs it", err)
	}
	var failure error
	for range 3 { // the port may be taken between finding and using it
		e, err := launch(t, p, path, env)
		if err == nil {
			return e
		}
		failure = errors.Join(failure, err)
	}
	t.Fatalf("start %s: %v", p.name, failure)
	return nil
}

func launch(t testing.TB, p program, path string, env []string) (*Emulator, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	var args []string
	if p.args != nil {
		args = p.args(port)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1", "NO_COLOR=1")
	if p.env != nil {
		cmd.Env = append(cmd.Env, p.env(port)...)
	}
	cmd.Env = append(cmd.Env, env...)
	e := &Emulator{URL: "http://127.0.0.1:" + port, key: p.key, output: new(tail)}
	cmd.Stdout, cmd.Stderr = e.output, e.output
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run %s: %w", path, err)
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	stop := func() { killGroup(cmd); <-exited }
	if err := e.await(p, exited); err != nil {
		stop()
		return nil, fmt.Errorf("%w; its last output:\n%s", err, e.output)
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("last output of %s:\n%s", p.name, e.output)
		}
	})
	return e, nil
}

// await returns once the emulator answers on its ready address.
func (e *Emulator) await(p program, exited <-chan struct{}) error {
	client := http.Client{Timeout: 5 * time.Second}
	for deadline := time.Now().Add(p.slow); time.Now().Before(deadline); {
		if resp, err := client.Get(e.URL + p.ready); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-exited:
			return errors.New("it exited at once")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("no answer within %s", p.slow)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

func required() bool {
	return os.Getenv("CI") != "" || os.Getenv("FIRSTAID_EMULATORS") == "required"
}

// find looks in $FIRSTAID_EMULATORS_DIR/bin or .venv/bin beside go.mod, then on PATH.
func find(name string) (string, error) {
	dir := os.Getenv("FIRSTAID_EMULATORS_DIR")
	if dir == "" {
		dir = filepath.Join(moduleRoot(), ".venv")
	}
	if path := filepath.Join(dir, "bin", name); executable(path) {
		return filepath.Abs(path)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("the emulator %s is neither in %s nor on PATH", name, filepath.Join(dir, "bin"))
	}
	return path, nil
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// moduleRoot is the folder of go.mod, upwards from the test's folder; "." without one.
func moduleRoot() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "go.mod")); statErr == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	return "."
}
