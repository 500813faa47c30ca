package edit

import (
	"strings"

	"firstaid/diagnostics/template"
)

// Replace exchanges every occurrence of old in the scalar at path, in place: quotes, block style and
// everything around stay.
func Replace(old, by string, path ...string) Op {
	return func(e *editor) (change, error) {
		s, err := e.at(path)
		if err != nil {
			return change{}, err
		}
		n := s.node()
		if n.Kind != template.String {
			return change{}, e.refuse(n.Start, "only a text can be changed in part, not a "+kindName(n))
		}
		raw := string(e.Source[n.Body:n.End])
		count := strings.Count(n.Text, old)
		switch {
		case count == 0:
			return change{}, e.already(n.Start, "there is no "+old+" any more")
		case strings.Count(raw, old) != count:
			return change{}, e.refuse(n.Start, old+" is written with escapes")
		}
		m := *n
		m.Text = strings.ReplaceAll(n.Text, old, by)
		c := change{at: s, by: &m}
		for at := 0; ; {
			i := strings.Index(raw[at:], old)
			if i < 0 {
				return c, nil
			}
			start := n.Body + at + i
			c.splices = append(c.splices, splice{start, start + len(old), by})
			at += i + len(old)
		}
	}
}
