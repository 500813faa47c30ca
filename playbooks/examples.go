package playbooks

import "fmt"

// RunExamples checks the examples of the playbooks that want names against all
// playbooks together. It returns a sentence for each that fails, and how many
// were run. A `match` example must be recognised as its own playbook first, with
// the captures it names; an `ignore` example must not be recognised as its own
// playbook at all.
func (c *Catalog) RunExamples(want func(Playbook) bool) (failed []error, run int) {
	for _, p := range c.Playbooks() {
		if !want(p) {
			continue
		}
		name := p.ID
		if p.User != "" {
			name = p.User
		}
		for i, e := range p.Examples.Match {
			if err := c.checkMatch(p, e); err != nil {
				failed = append(failed, fmt.Errorf("%s: match example %d: %w", name, i+1, err))
			}
		}
		for i, e := range p.Examples.Ignore {
			if err := c.checkIgnore(p, e); err != nil {
				failed = append(failed, fmt.Errorf("%s: ignore example %d: %w", name, i+1, err))
			}
		}
		run += len(p.Examples.Match) + len(p.Examples.Ignore)
	}
	return failed, run
}

func (c *Catalog) checkIgnore(p Playbook, e Example) error {
	for _, m := range c.matcher.Explain(e.Text, e.origin()).Matches {
		if m.Playbook == p.ID {
			return fmt.Errorf("recognised by %q", m.Quote)
		}
	}
	return nil
}

func (c *Catalog) checkMatch(p Playbook, e Example) error {
	found := c.matcher.Explain(e.Text, e.origin()).Matches
	if len(found) == 0 {
		return fmt.Errorf("not recognised")
	}
	if found[0].Playbook != p.ID {
		return fmt.Errorf("recognised as %s by %q", found[0].Playbook, found[0].Quote)
	}
	for name, want := range e.Captures {
		if got := found[0].Captures[name]; got != want {
			return fmt.Errorf("captured %s = %q, want %q", name, got, want)
		}
	}
	return nil
}

func (e Example) origin() Origin { return Origin{Source: e.Source, Type: e.Type, Status: e.Status} }
