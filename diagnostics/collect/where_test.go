package collect_test

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"firstaid/diagnostics/collect"
)

const samconfig = `
version = 0.1
[default.global.parameters]
stack_name = "shop-dev"
[default.deploy.parameters]
region = "eu-west-1"
profile = "dev"
[prod.deploy.parameters]
stack_name = "shop"
region = "ap-northeast-2"
[ci.build.parameters]
cached = true
`

func TestWhere(t *testing.T) {
	dev := collect.Place{Stack: "shop-dev", Region: "eu-west-1", Profile: "dev", Environment: "default", Config: "samconfig.toml"}
	prod := collect.Place{Stack: "shop", Region: "ap-northeast-2", Environment: "prod", Config: "samconfig.toml"}
	with := func(p collect.Place, change func(*collect.Place)) collect.Place { change(&p); return p }
	for name, c := range map[string]struct {
		config      string
		flags       collect.Place
		environment string
		want        []collect.Place
		problem     string
	}{
		"nothing but the AWS environment": {want: []collect.Place{{}}},
		"the default environment, others offered": {
			config: samconfig, want: []collect.Place{dev, prod},
		},
		"an environment is chosen": {
			config: samconfig, environment: "prod", want: []collect.Place{prod, dev},
		},
		"flags win": {
			config: samconfig, flags: collect.Place{Region: "us-east-1"},
			want: []collect.Place{with(dev, func(p *collect.Place) { p.Region = "us-east-1" }), prod},
		},
		"a stack of another environment brings its region": {
			config: samconfig, flags: collect.Place{Stack: "shop"}, want: []collect.Place{prod, dev},
		},
		"a stack of no environment is looked for where the default one is": {
			config: samconfig, flags: collect.Place{Stack: "other"},
			want: []collect.Place{with(dev, func(p *collect.Place) { p.Stack = "other" }), prod},
		},
		"a stack in a chosen environment's region": {
			config: samconfig, flags: collect.Place{Stack: "other"}, environment: "prod",
			want: []collect.Place{with(prod, func(p *collect.Place) { p.Stack = "other" }), dev},
		},
		"an environment that is not there": {
			config: samconfig, environment: "qa", problem: "samconfig.toml has no environment qa: it has default, prod, ci",
		},
		"an environment without a file": {environment: "prod", problem: "no samconfig file"},
		"a broken file":                 {config: "[default", problem: "samconfig.toml"},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			if c.config != "" {
				files["samconfig.toml"] = &fstest.MapFile{Data: []byte(c.config)}
			}
			got, err := collect.Where(files, c.flags, c.environment)
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) {
					t.Fatalf("error %v, want %s", err, c.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}
