// Package demo holds the built-in incidents: made examples of deployments that
// went wrong, each with its SAM project, so that everything can be seen
// without an AWS account.
package demo

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/incident"
)

//go:generate go run ./gen

//go:embed */incident.json */hidden.json */project
var files embed.FS

// Info describes a built-in incident.
type Info struct {
	Name  string
	Title diagnostics.Text
	// Playbook is the id of the failure that is the first cause.
	Playbook string
}

// List returns the built-in incidents: the story of the migration, then one
// for each core playbook.
func List() []Info {
	return []Info{
		{"migration", diagnostics.Text{En: "A shop moves from ECS to Lambda: failures behind failures", Ko: "ECS에서 Lambda로 옮기는 쇼핑몰: 장애 뒤에 숨은 장애들"}, "alias-ordering"},
		{"arn-substitution", diagnostics.Text{En: "An integration's ARN keeps its placeholders", Ko: "통합 ARN에 자리표시자가 그대로 남음"}, "arn-substitution"},
		{"alias-ordering", diagnostics.Text{En: "A scaling target comes before the alias", Ko: "별칭보다 먼저 만들어진 스케일링 대상"}, "alias-ordering"},
		{"role-policies-ignored", diagnostics.Text{En: "A function with a role of its own and policies that nobody reads", Ko: "역할을 직접 지정해 정책이 무시된 함수"}, "role-policies-ignored"},
		{"access-denied", diagnostics.Text{En: "A function may read the table but not write to it", Ko: "테이블을 읽을 수만 있고 쓸 수 없는 함수"}, "access-denied"},
		{"arm64-mismatch", diagnostics.Text{En: "An amd64 image on an arm64 function", Ko: "arm64 함수에 올라간 amd64 이미지"}, "arm64-mismatch"},
		{"cors-missing-method", diagnostics.Text{En: "The browser refuses PATCH, and no log says why", Ko: "로그 하나 없이 브라우저가 PATCH를 거부함"}, "cors-missing-method"},
		{"payload-too-large-502", diagnostics.Text{En: "A 200 in the log, a 502 at the client", Ko: "로그에는 200, 클라이언트에는 502"}, "payload-too-large-502"},
		{"ecr-missing", diagnostics.Text{En: "An image from a repository that does not exist", Ko: "존재하지 않는 리포지토리의 이미지"}, "ecr-missing"},
		{"image-repositories-mapping", diagnostics.Text{En: "A new image function without a repository in samconfig.toml", Ko: "samconfig.toml에 리포지토리가 없는 새 이미지 함수"}, "image-repositories-mapping"},
		{"lambda-cost", diagnostics.Text{En: "Nothing fails, and it costs more than it must", Ko: "장애는 없지만 필요 이상으로 나가는 비용"}, "lambda-cost"},
	}
}

// Open returns the snapshot of a built-in incident.
func Open(name string) (*diagnostics.Snapshot, error) {
	if !known(name) {
		return nil, unknown(name)
	}
	f, err := files.Open(path.Join(name, "incident.json"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return incident.Read(name, f)
}

// Hidden returns the failures that those of an incident hide: the events that
// the next deployment ends with once the first ones are mended. Most incidents
// hide none.
func Hidden(name string) ([]diagnostics.Event, error) {
	if !known(name) {
		return nil, unknown(name)
	}
	text, err := files.ReadFile(path.Join(name, "hidden.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var events []diagnostics.Event
	if err := json.Unmarshal(text, &events); err != nil {
		return nil, fmt.Errorf("what the demo %s hides: %w", name, err)
	}
	return events, nil
}

// Project writes a copy of an incident's project into a folder, which is made
// where it does not exist. Files that are there already are not touched: the
// first one ends it with an error.
func Project(name, dir string) error {
	if !known(name) {
		return unknown(name)
	}
	root := path.Join(name, "project")
	return fs.WalkDir(files, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(p, root), "/")))
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		text, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		return create(to, text)
	})
}

func create(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("copy the demo's project: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return fmt.Errorf("copy the demo's project: %w", err)
	}
	return f.Close()
}

func known(name string) bool {
	for _, i := range List() {
		if i.Name == name {
			return true
		}
	}
	return false
}

func unknown(name string) error {
	names := make([]string, 0, len(List()))
	for _, i := range List() {
		names = append(names, i.Name)
	}
	return fmt.Errorf("there is no demo %q; there are %s", name, strings.Join(names, ", "))
}
