package denial

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"firstaid/diagnostics"
)

// What logs, terminals and other parts of the program do to a text must not
// change what it says.
func TestDamageDoesNotChangeWhatATextSays(t *testing.T) {
	damages := map[string]func(string) string{
		"JSON":            jsonString,
		"JSON twice":      func(s string) string { return jsonString(jsonString(s)) },
		"words wrapped":   func(s string) string { return wordWrap(s, 72, "") },
		"gutter":          func(s string) string { return wordWrap(s, 90, "│ ") },
		"hard wrap at 61": func(s string) string { return hardWrap(s, 61) },
		"hard wrap at 37": func(s string) string { return hardWrap(s, 37) },
		"colours": func(s string) string {
			return "\x1b[31m" + strings.ReplaceAll(s, " not ", " \x1b[1mnot\x1b[0m ") + "\x1b[0m"
		},
		"CRLF":       func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"clean":      diagnostics.Clean,
		"normalized": diagnostics.Normalize,
		"XML":        func(s string) string { return strings.NewReplacer("\"", "&quot;", "'", "&#39;").Replace(s) },
	}
	// A cut through the middle of words can be mended only where enough lines
	// show the column, or a word of the grammar was cut.
	lost := map[string]int{"hard wrap at 61": 3, "hard wrap at 37": 5}
	texts := undamaged(t)
	for name, damage := range damages {
		bad := 0
		for id, text := range texts {
			if strings.HasPrefix(name, "hard") && strings.Count(damage(text), "\n") < 2 {
				continue // two lines do not show that they were cut at a column
			}
			want, got := says(Parse(text)), says(Parse(damage(text)))
			if want == got {
				continue
			}
			if bad++; bad > lost[name] {
				t.Errorf("%s: %s\n%s\nsays  %s\nundamaged %s", name, id, damage(text), got, want)
			}
		}
	}
}

// undamaged returns the texts of the cases that are not about transport.
func undamaged(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"reasons", "principals", "resources", "wrappers", "coreless"} {
		archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			text, _, _ := strings.Cut(string(f.Data), "\n=>\n")
			out[name+"/"+f.Name] = text
		}
	}
	return out
}

func says(list []Denial) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "[%s|%s|%s|%s|%s|%s|%s|%s|%s]", d.Form, d.Principal, d.Role, strings.Join(d.Actions(), ","), d.Resource, d.PolicyType, d.Decision, d.PolicyARN, d.Operation)
	}
	return b.String()
}

func jsonString(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return ""
	}
	return `{"message":` + string(b) + `}`
}

func wordWrap(s string, width int, gutter string) string {
	var b strings.Builder
	b.WriteString(gutter)
	column := 0
	for i, word := range strings.Fields(s) {
		if i > 0 && column+1+len(word) > width {
			b.WriteString("\n" + gutter)
			column = 0
		} else if i > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

func hardWrap(s string, width int) string {
	s = strings.Join(strings.Fields(s), " ")
	var b strings.Builder
	for len(s) > width {
		b.WriteString(strings.TrimRight(s[:width], " ") + "\n")
		s = strings.TrimLeft(s[width:], " ")
	}
	return b.String() + s
}
