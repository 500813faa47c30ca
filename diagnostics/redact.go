package diagnostics

import (
	"reflect"
	"sort"
	"strings"
	"time"
	"unicode/utf8"
)

// Redacted stands where a secret stood. It is the mark that CloudFormation
// itself puts in place of a NoEcho parameter.
const Redacted = "****"

// RedactOptions says what Redact hides beside secrets.
type RedactOptions struct {
	// HideAccounts replaces every account id by a pseudonym: one id has one
	// pseudonym everywhere, in ARNs, image URIs and running text.
	HideAccounts bool
}

// Redact returns a copy of a snapshot without secrets: the values of
// environment variables, of parameters that are secret by declaration or by
// name, and whatever looks like a credential in logs, error texts, templates
// and files. A value that was recognised in one place is hidden in all.
//
// The copy is also canonical: valid UTF-8, times in UTC, no empty slices. It
// is what saving and loading it again gives. Redact of a redacted snapshot
// changes nothing, and the number of lines of every text stays what it was, so
// that positions remain true.
func Redact(s *Snapshot, o RedactOptions) *Snapshot {
	replace := replacer(knownSecrets(s))
	c := copier{text: func(t string) string { return RedactText(replace(validUTF8(t))) }}
	out := c.copy(reflect.ValueOf(s)).Interface().(*Snapshot)
	redactNamed(out)
	if o.HideAccounts {
		hide := pseudonyms(out)
		out = copier{text: hide}.copy(reflect.ValueOf(out)).Interface().(*Snapshot)
	}
	return out
}

// redactNamed hides the values that are secret because of their name or place.
func redactNamed(s *Snapshot) {
	for i := range s.Functions {
		redactVariables(s.Functions[i].Environment)
		redactTags(s.Functions[i].Tags)
	}
	for i := range s.Stacks {
		st := &s.Stacks[i]
		for j := range st.Parameters {
			if p := &st.Parameters[j]; secretName(p.ParameterKey) {
				p.ParameterValue, p.ResolvedValue = hideValue(p.ParameterValue), hideValue(p.ResolvedValue)
			}
		}
		for j := range st.Outputs {
			if o := &st.Outputs[j]; secretName(o.OutputKey) {
				o.OutputValue = hideValue(o.OutputValue)
			}
		}
		redactTags(st.Tags)
	}
	for i := range s.Roles {
		redactTags(s.Roles[i].Tags)
	}
	for i := range s.Events {
		s.Events[i].ResourceProperties = redactVariableMaps(s.Events[i].ResourceProperties)
	}
	for i := range s.Templates {
		t := &s.Templates[i]
		t.Original, t.Processed = redactNoEcho(t.Original), redactNoEcho(t.Processed)
	}
	for i := range s.Files {
		s.Files[i].Content = redactNoEcho(s.Files[i].Content)
	}
}

func redactVariables(list []Variable) {
	for i := range list {
		if v := &list[i]; !openVariable(v.Name) {
			v.Value = hideValue(v.Value)
		}
	}
}

func redactTags(list []Tag) {
	for i := range list {
		if secretName(list[i].Key) {
			list[i].Value = hideValue(list[i].Value)
		}
	}
}

// hideValue returns the mark, or the value where there is nothing to hide: an
// empty value, and a reference that only names where the secret is kept.
func hideValue(v string) string {
	if v == "" || isReference(v) {
		return v
	}
	return Redacted
}

// knownSecrets collects values that must not show up anywhere else: those of
// variables, parameters and NoEcho defaults, unless they are too plain to be
// searched for or name something of the stack.
func knownSecrets(s *Snapshot) []string {
	found := map[string]bool{}
	add := func(v string, named bool) {
		if v = validUTF8(v); !isReference(v) && distinctive(v, named) {
			found[v] = true
		}
	}
	for _, f := range s.Functions {
		for _, v := range f.Environment {
			if !openVariable(v.Name) {
				add(v.Value, secretName(v.Name))
			}
		}
	}
	for _, st := range s.Stacks {
		for _, p := range st.Parameters {
			if secretName(p.ParameterKey) {
				add(p.ParameterValue, true)
				add(p.ResolvedValue, true)
			}
		}
	}
	for _, t := range s.Templates {
		for _, v := range noEchoDefaults(t.Original) {
			add(v, true)
		}
	}
	for _, f := range s.Files {
		for _, v := range noEchoDefaults(f.Content) {
			add(v, true)
		}
	}
	all := strings.Join(names(s), "\n")
	list := make([]string, 0, len(found))
	for v := range found {
		if !strings.Contains(all, v) {
			list = append(list, v)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if len(list[i]) != len(list[j]) {
			return len(list[i]) > len(list[j])
		}
		return list[i] < list[j]
	})
	return list
}

// names lists what the stack's things are called; hiding a name would break
// the joins between events, functions, roles and logs.
func names(s *Snapshot) []string {
	var list []string
	for _, r := range s.Resources {
		list = append(list, r.LogicalResourceId, r.PhysicalResourceId)
	}
	for _, e := range s.Events {
		list = append(list, e.LogicalResourceId, e.PhysicalResourceId)
	}
	for _, f := range s.Functions {
		list = append(list, f.FunctionName, f.Handler, f.Runtime, f.LogGroup)
	}
	for _, r := range s.Roles {
		list = append(list, r.RoleName)
	}
	for _, r := range s.Repositories {
		list = append(list, r.RepositoryName)
	}
	for _, st := range s.Stacks {
		list = append(list, st.StackName)
	}
	return append(list, s.Identity.Region, s.Identity.Account, s.Identity.Profile)
}

func replacer(secrets []string) func(string) string {
	if len(secrets) == 0 {
		return func(t string) string { return t }
	}
	pairs := make([]string, 0, 2*len(secrets))
	for _, v := range secrets {
		pairs = append(pairs, v, Redacted)
	}
	return strings.NewReplacer(pairs...).Replace
}

func validUTF8(t string) string {
	if utf8.ValidString(t) {
		return t
	}
	return strings.ToValidUTF8(t, "\uFFFD")
}

// copier makes a deep, canonical copy of a value and passes every string
// through text, so that a field that is added to the snapshot later is
// redacted without anybody remembering to.
type copier struct{ text func(string) string }

var timeType = reflect.TypeFor[time.Time]()

func (c copier) copy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(c.text(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(c.copy(v.Elem()))
		}
	case reflect.Slice:
		if v.Len() > 0 {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(c.copy(v.Index(i)))
			}
		}
	case reflect.Map:
		if v.Len() > 0 {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			keys := v.MapKeys() // in order: a copier may count what it sees
			sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
			for _, k := range keys {
				out.SetMapIndex(c.copy(k), c.copy(v.MapIndex(k)))
			}
		}
	case reflect.Struct:
		if v.Type() == timeType {
			return reflect.ValueOf(v.Interface().(time.Time).Round(0).UTC())
		}
		for i := range v.NumField() {
			out.Field(i).Set(c.copy(v.Field(i)))
		}
	default:
		out.Set(v)
	}
	return out
}
