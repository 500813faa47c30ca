package template

import (
	"path"
	"slices"
	"strings"
)

// DefaultEnvironment is what SAM CLI uses without --config-env.
const DefaultEnvironment = "default"

// Config is a samconfig file, TOML or YAML, with positions.
type Config struct{ Document }

// ParseConfig reads samconfig.toml, .yaml or .yml.
func ParseConfig(name string, src []byte) (*Config, error) {
	d, err := ParseDocument(name, src)
	if err != nil {
		return nil, err
	}
	if d.Root.Kind != Map {
		return nil, d.fail(d.Root.Start, NotTemplate, "samconfig holds no settings at the top level")
	}
	return &Config{*d}, nil
}

// IsConfig reports whether a file name is one that SAM CLI reads its settings from.
func IsConfig(name string) bool {
	return slices.Contains([]string{"samconfig.toml", "samconfig.yaml", "samconfig.yml"}, path.Base(strings.ReplaceAll(name, "\\", "/")))
}

// Environments lists the environments in file order.
func (c *Config) Environments() []string {
	var names []string
	for _, p := range c.Root.Entries() {
		if p.Key.Text != "version" && p.Value.IsMap() && !slices.Contains(names, p.Key.Text) {
			names = append(names, p.Key.Text)
		}
	}
	return names
}

// Parameters is the map at [env.command.parameters], or nil. Commands are written as SAM CLI's config
// keys: "deploy", "build", "local_start_api".
func (c *Config) Parameters(env, command string) *Node {
	return c.Root.At(env, command, "parameters")
}

// Lookup is a setting as SAM CLI sees it: [env.command.parameters] first, then [env.global.parameters].
// Environments do not inherit from each other (samcli/lib/config/samconfig.py, get_all).
func (c *Config) Lookup(env, command, key string) (Pair, bool) {
	for _, cmd := range []string{command, "global"} {
		params := c.Parameters(env, cmd)
		for _, name := range []string{key, strings.ReplaceAll(key, "_", "-")} {
			if p, ok := params.Entry(name); ok {
				return p, true
			}
		}
	}
	return Pair{}, false
}

// Texts are a setting's values: a list, or the white-space separated words of a string. A word has a
// place of its own where the string is written without escapes.
func (c *Config) Texts(n *Node) []*Node {
	n = n.Resolve()
	if n == nil {
		return nil
	}
	if items := n.List(); items != nil {
		return items
	}
	text, ok := n.Str()
	if !ok {
		return nil
	}
	raw, from := c.Raw(n), 0
	var list []*Node
	for _, w := range strings.Fields(text) {
		word := *n
		word.Text = w
		if i := strings.Index(raw[from:], w); i >= 0 {
			word.Start = n.Start + from + i
			word.Body, word.End = word.Start, word.Start+len(w)
			from += i + len(w)
		}
		list = append(list, &word)
	}
	return list
}

// TemplateOf is the template that sam build and sam deploy take in an
// environment: template_file of the settings, else template.yaml, .yml or
// .json beside them. Nil when find, which returns a template by its path,
// knows none of them.
func (c *Config) TemplateOf(env string, find func(name string) *Template) *Template {
	names := []string{"template.yaml", "template.yml", "template.json"}
	for _, command := range []string{"build", "deploy"} {
		for _, key := range []string{"template_file", "template"} {
			pair, ok := c.Lookup(env, command, key)
			if !ok {
				continue
			}
			if text, ok := pair.Value.Str(); ok && !IsBuilt(text) {
				names = append([]string{text}, names...)
			}
		}
	}
	for _, name := range names {
		if t := find(path.Join(path.Dir(c.Name), name)); t != nil {
			return t
		}
	}
	return nil
}
