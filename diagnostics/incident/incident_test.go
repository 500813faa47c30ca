package incident

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"firstaid/diagnostics"
)

func snapshot() *diagnostics.Snapshot {
	return &diagnostics.Snapshot{
		Taken:    time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC),
		Complete: true,
		Identity: diagnostics.Identity{Account: "123456789012", Region: "eu-west-1"},
		StackID:  "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1",
		Functions: []diagnostics.Function{{
			FunctionName: "orders", Environment: []diagnostics.Variable{{Name: "API_TOKEN", Value: "tok-1234567"}},
		}},
		LogGroups: []diagnostics.LogGroup{{LogGroupName: "/aws/lambda/orders", Events: []diagnostics.LogEvent{
			{Message: "<b>\x1b[31m한국어\u2028 & tok-1234567\x00"},
		}}},
		Unread: []diagnostics.Unread{{Of: diagnostics.Ref{Kind: diagnostics.KindRole, ID: "r"}, Action: "iam:GetRole", Reason: "denied"}},
	}
}

func TestSavedIncidentIsTheSnapshot(t *testing.T) {
	for _, name := range []string{"shop.json", "shop.incident", "noext"} {
		path := filepath.Join(t.TempDir(), name)
		live := diagnostics.Redact(snapshot(), diagnostics.RedactOptions{})
		if err := Save(path, live, diagnostics.RedactOptions{}); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(live, loaded) {
			t.Errorf("%s: saved %+v\nloaded %+v", name, live, loaded)
		}
		if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode is %v", name, info.Mode())
		}
	}
}

func TestSaveRedacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.json")
	if err := Save(path, snapshot(), diagnostics.RedactOptions{HideAccounts: true}); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	for _, gone := range []string{"tok-1234567", "123456789012"} {
		if bytes.Contains(text, []byte(gone)) {
			t.Errorf("the file holds %s", gone)
		}
	}
}

func TestSaveIsDeterministic(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := WriteCompressed(w, snapshot()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two files of one snapshot differ")
	}
}

func TestSaveIntoNowhere(t *testing.T) {
	err := Save(filepath.Join(t.TempDir(), "no", "shop.json"), snapshot(), diagnostics.RedactOptions{})
	if err == nil || !strings.Contains(err.Error(), "the folder does not exist") {
		t.Errorf("got %v", err)
	}
}

func TestBrokenFilesSayWhatToDo(t *testing.T) {
	var plain, packed bytes.Buffer
	if err := Write(&plain, snapshot()); err != nil {
		t.Fatal(err)
	}
	if err := WriteCompressed(&packed, snapshot()); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(packed.Bytes())
	for i := len(damaged) / 2; i < len(damaged)/2+8; i++ {
		damaged[i] ^= 0xff
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"one byte", "\x28", "not an incident file"},
		{"plain, cut off", plain.String()[:plain.Len()/2], "cut off"},
		{"packed, cut off", packed.String()[:packed.Len()/2], "cut off"},
		{"packed, header only", zstdMagic, "cut off"},
		{"packed, damaged", string(damaged), "copy the file again"},
		{"broken JSON", strings.Replace(plain.String(), `"complete": true`, `"complete": yes`, 1), "line 6 is not JSON"},
		{"other JSON", `{"Resources": {}}`, "this is JSON, but not an incident file"},
		{"JSON list", `[1]`, "firstaid explain"},
		{"template", "AWSTemplateFormatVersion: 2010-09-09\n", "firstaid check"},
		{"log text", "START RequestId: 1\n", "firstaid explain"},
		{"zip", "PK\x03\x04....", "zip archive"},
		{"gzip", "\x1f\x8b\x08....", "gunzip"},
		{"newer", `{"format":"firstaid-incident","version":99,"snapshot":{"taken":[]}}`, "update firstaid"},
		{"no version", `{"format":"firstaid-incident","snapshot":{}}`, "version is missing"},
		{"no snapshot", `{"format":"firstaid-incident","version":1}`, "no snapshot"},
		{"wrong time", `{"format":"firstaid-incident","version":1,"snapshot":{"taken":"noon"}}`, "a value cannot be read"},
		{"wrong type", `{"format":"firstaid-incident","version":1,"snapshot":{"stacks":7}}`, "stacks is a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read("FILE", strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "FILE: ") {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
}

func TestLoadWhatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("got %v", err)
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "this is a folder") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	var plain, packed bytes.Buffer
	if err := Write(&plain, snapshot()); err != nil {
		f.Fatal(err)
	}
	if err := WriteCompressed(&packed, snapshot()); err != nil {
		f.Fatal(err)
	}
	f.Add(plain.Bytes())
	f.Add(packed.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Read("FILE", bytes.NewReader(text))
		if (s == nil) == (err == nil) {
			t.Errorf("snapshot %v with error %v", s, err)
		}
	})
}
