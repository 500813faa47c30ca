package playbooks

import "fmt"

// RunExamples checks every example of the catalogue against all playbooks
// together and returns a sentence for each that fails. A `match` example must
// be recognised as its own playbook first, with the captures it names; an
// `ignore` example must not be recognised as its own playbook at all.
func (c *Catalog) RunExamples() []error {
	var errs []error
	for _, p := range c.playbooks {
		errs = append(errs, c.runExamples(p)...)
	}
	return errs
}

func (c *Catalog) runExamples(p Playbook) []error {
	var errs []error
	for i, e := range p.Examples.Match {
		if err := c.checkMatch(p, e); err != nil {
			errs = append(errs, fmt.Errorf("%s: match example %d: %w", p.ID, i+1, err))
		}
	}
	for i, e := range p.Examples.Ignore {
		for _, m := range c.matcher.Explain(e.Text, e.origin()).Matches {
			if m.Playbook == p.ID {
				errs = append(errs, fmt.Errorf("%s: ignore example %d: recognised by %q", p.ID, i+1, m.Quote))
			}
		}
	}
	return errs
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
