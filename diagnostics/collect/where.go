package collect

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"firstaid/diagnostics/template"
)

// A Place is a stack with the region and profile to find it in. Empty fields
// are left to the AWS environment.
type Place struct {
	Stack   string
	Region  string
	Profile string
	// Environment is the samconfig environment that the place comes from, and
	// Config the file; both empty for a place that flags alone describe.
	Environment string
	Config      string
}

// String says where, for a list to choose from.
func (p Place) String() string {
	text := firstOf(p.Stack, "the stack that failed last")
	if p.Region != "" {
		text += " in " + p.Region
	}
	if p.Profile != "" {
		text += ", profile " + p.Profile
	}
	if p.Config != "" {
		text += " (" + p.Config + ", " + p.Environment + ")"
	}
	return text
}

// Where finds the places to look at: flags win, then the samconfig file of the
// folder, then the AWS environment. The first place is the one to use; the
// others are samconfig's further environments, to be offered. environment
// chooses one ("" is SAM CLI's default).
func Where(fsys fs.FS, flags Place, environment string) ([]Place, error) {
	config, err := readConfig(fsys)
	if err != nil {
		return nil, err
	}
	if config == nil {
		if environment != "" && environment != template.DefaultEnvironment {
			return nil, fmt.Errorf("there is no samconfig file here that could have an environment %s: change to the project's folder, or drop --config-env", environment)
		}
		return []Place{flags}, nil
	}
	names := config.Environments()
	chosen := firstOf(environment, template.DefaultEnvironment)
	if !slices.Contains(names, chosen) {
		if environment != "" {
			return nil, fmt.Errorf("%s has no environment %s: it has %s", config.Name, environment, strings.Join(names, ", "))
		}
		return append([]Place{flags}, others(config, names, "")...), nil
	}
	if environment == "" {
		chosen = deploys(config, names, flags.Stack, chosen)
	}
	place := placeOf(config, chosen)
	place.Stack = firstOf(flags.Stack, place.Stack)
	place.Region = firstOf(flags.Region, place.Region)
	place.Profile = firstOf(flags.Profile, place.Profile)
	return append([]Place{place}, others(config, names, chosen)...), nil
}

// deploys is the environment that deploys a stack, or the default: its region
// and profile are where the stack is.
func deploys(config *template.Config, names []string, stack, other string) string {
	if stack == "" || placeOf(config, other).Stack == stack {
		return other
	}
	for _, name := range names {
		if placeOf(config, name).Stack == stack {
			return name
		}
	}
	return other
}

// others are the environments that name a stack, without the chosen one.
func others(config *template.Config, names []string, chosen string) []Place {
	var places []Place
	for _, name := range names {
		if p := placeOf(config, name); name != chosen && p.Stack != "" {
			places = append(places, p)
		}
	}
	return places
}

func placeOf(config *template.Config, environment string) Place {
	text := func(key string) string {
		pair, ok := config.Lookup(environment, "deploy", key)
		if !ok {
			return ""
		}
		s, _ := pair.Value.Str()
		return s
	}
	return Place{
		Stack: text("stack_name"), Region: text("region"), Profile: text("profile"),
		Environment: environment, Config: config.Name,
	}
}

// readConfig reads the folder's samconfig file; nil when there is none.
func readConfig(fsys fs.FS) (*template.Config, error) {
	for _, name := range []string{"samconfig.toml", "samconfig.yaml", "samconfig.yml"} {
		source, err := fs.ReadFile(fsys, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		return template.ParseConfig(name, source)
	}
	return nil, nil
}
