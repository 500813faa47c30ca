package tui

import (
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
	"firstaid/playbooks"
)

// A whatIf is a call that nobody made yet.
type whatIf struct{ role, action, resource string } // role is an ARN

// answers are what IAM itself said of calls, without the proposed statement and
// with it, as far as it was asked from the pane.
type answers map[answerKey]diagnostics.Simulation

type answerKey struct {
	whatIf
	with string // the document that counted as attached; "" for none
}

// answered is one answer of IAM; with called, that it was asked.
type answered struct {
	key    answerKey
	sim    diagnostics.Simulation
	called bool
}

// noSimulation says why nothing can be tried.
func (p *iam) noSimulation() string {
	switch {
	case p.report == nil:
		return "nothing is read yet"
	case len(p.report.decider.Roles()) == 0:
		return "no role's policies were read"
	}
	return ""
}

// add puts a what-if on top of the rows, or goes to the row that there is of it
// already, and asks IAM where that is possible.
func (p *iam) add(x whatIf) tea.Cmd {
	for _, r := range p.list.Items() {
		if r.unread == nil && r.mark != markControl && r.asks() == x {
			p.list.Select(r.id())
			return nil
		}
	}
	p.list.Find("")
	p.ifs = append([]whatIf{x}, p.ifs...)
	p.arrange()
	p.list.Select(p.tried(x).id())
	return p.askIAM()
}

// remove takes the chosen what-if away.
func (p *iam) remove() tea.Cmd {
	r, _ := p.list.Current()
	p.ifs = slices.DeleteFunc(p.ifs, func(x whatIf) bool { return x == r.asks() })
	p.arrange()
	return nil
}

// clear takes all what-ifs away and stops asking about them.
func (p *iam) clear() tea.Cmd {
	p.ifs = nil
	p.halt()
	p.arrange()
	return nil
}

func (p *iam) noWhatIf() string {
	if r, ok := p.list.Current(); !ok || r.mark != markWhatIf {
		return "this row is not a what-if"
	}
	return ""
}

func (p *iam) noWhatIfs() string {
	if len(p.ifs) == 0 {
		return "there is no what-if"
	}
	return ""
}

// noComparison says why there is no statement to try.
func (p *iam) noComparison() string {
	if p.trying != nil || p.proposed != nil && p.proposed() != nil || len(p.refused()) > 0 {
		return ""
	}
	return "no fix of what was found adds a statement to a role"
}

// refused are the findings whose fixes may add a statement, first the one about
// the chosen row.
func (p *iam) refused() []diagnostics.Finding {
	if p.report == nil {
		return nil
	}
	var list []diagnostics.Finding
	r, _ := p.list.Current()
	for _, f := range p.report.findings {
		switch {
		case f.Captures["role"] == "" || f.State == diagnostics.Proven:
		case r.unread == nil && strings.EqualFold(f.Captures["action"], r.EvalActionName):
			list = append([]diagnostics.Finding{f}, list...)
		default:
			list = append(list, f)
		}
	}
	return list
}

// compare turns the columns before and after on and off. Where the fix on the
// screen adds no statement, it is that of the refused call.
func (p *iam) compare() tea.Cmd {
	if p.trying != nil {
		return p.try(nil)
	}
	if proof := p.proposed(); proof != nil {
		return p.try(proof)
	}
	report, list := p.report, p.refused()
	return func() tea.Msg {
		for _, f := range list {
			for _, x := range report.fixes(f) {
				if x.Proof != nil {
					return statementReady{report, x.Proof}
				}
			}
		}
		return statementReady{report: report}
	}
}

// statementReady is the statement that a refused call needs, worked out beside
// the screen.
type statementReady struct {
	report *report
	proof  *diagnostics.Proof // nil: there is none
}

func (m statementReady) apply(a *App) tea.Cmd {
	switch {
	case m.report != a.iam.report:
		return nil
	case m.proof == nil:
		a.toast = toast{text: "no fix of what was found adds a statement to a role", bad: true}
		return nil
	}
	return a.iam.try(m.proof)
}

// keep stays with the statement of the fix on the screen.
func (p *iam) keep() tea.Cmd {
	if p.trying == nil || p.proposed == nil {
		return nil
	}
	now := p.proposed()
	if now == nil || now.Document == p.trying.Document && now.Principal == p.trying.Principal {
		return nil
	}
	return p.try(now)
}

// try shows what a document would change; nil ends it.
func (p *iam) try(proof *diagnostics.Proof) tea.Cmd {
	p.trying, p.added = proof, nil
	if proof != nil {
		if doc, err := policy.Parse([]byte(proof.Document)); err == nil {
			p.added = doc
		}
	}
	p.arrange()
	return batch(send(restated{}), p.askIAM())
}

// document is what is on trial; "" for nothing.
func (p *iam) document() string {
	if p.trying == nil {
		return ""
	}
	return p.trying.Document
}

// tried is a what-if as a row: IAM's answer where there is one, else decided
// here.
func (p *iam) tried(x whatIf) simRow {
	r := simRow{mark: markWhatIf, Decision: p.decide(x, "")}
	p.complete(&r)
	return r
}

// decide decides a call with the tried document attached or without it.
func (p *iam) decide(x whatIf, with string) playbooks.Decision {
	if sim, ok := p.answers[answerKey{x, with}]; ok {
		return p.report.decider.Explain(sim)
	}
	var add []*policy.Document
	if with != "" {
		add = append(add, p.added)
	}
	if d, ok := p.report.decider.Decide(x.role, x.action, x.resource, add...); ok {
		return d
	}
	return playbooks.Decision{Simulation: diagnostics.Simulation{
		Origin: diagnostics.OriginLocal, PolicySourceArn: x.role, EvalActionName: x.action, EvalResourceName: x.resource, EvalDecision: diagnostics.DecisionUnknown,
	}}
}

// complete works out what a row shows; with a statement on trial also what it
// would change.
func (p *iam) complete(r *simRow) {
	if p.added != nil && r.unread == nil {
		after := r.Decision
		if lastPart(r.PolicySourceArn) == lastPart(p.trying.Principal) {
			after = p.decide(r.asks(), p.trying.Document)
		}
		r.after = &after
	}
	r.cells = r.parts()
}

// controls are the pairs that must stay denied with the statement.
func (p *iam) controls() []simRow {
	if p.added == nil {
		return nil
	}
	var rows []simRow
	for _, t := range p.trying.Trials {
		if t.Purpose != diagnostics.Control || len(t.Context) > 0 {
			continue // what depends on more than the pair stands in the fix's proof
		}
		r := simRow{mark: markControl, Decision: p.decide(whatIf{p.trying.Principal, t.Action, t.Resource}, "")}
		p.complete(&r)
		rows = append(rows, r)
	}
	return rows
}

// maxQuestions bounds what one look at the pane costs.
const maxQuestions = 20

// questions are what IAM has not answered yet: the what-ifs, and with a
// statement on trial every row of its role, gathered by resource.
func (p *iam) questions() []diagnostics.Question {
	var list []diagnostics.Question
	put := func(x whatIf, with string) {
		if _, known := p.answers[answerKey{x, with}]; known {
			return
		}
		for i := range list {
			if q := &list[i]; q.Principal == x.role && q.Resources[0] == x.resource && (len(q.Add) > 0) == (with != "") {
				if !slices.Contains(q.Actions, x.action) {
					q.Actions = append(q.Actions, x.action)
				}
				return
			}
		}
		q := diagnostics.Question{Principal: x.role, Actions: []string{x.action}, Resources: []string{x.resource}, Context: diagnostics.ContextOf(p.report.snapshot, x.role)}
		if with != "" {
			q.Add = []string{with}
		}
		list = append(list, q)
	}
	for _, r := range p.list.Items() {
		if r.unread != nil {
			continue
		}
		if r.mark != "" {
			put(r.asks(), "")
		}
		if p.added != nil && lastPart(r.PolicySourceArn) == lastPart(p.trying.Principal) {
			put(r.asks(), p.trying.Document)
		}
	}
	return list[:min(len(list), maxQuestions)]
}

// askIAM asks what is not answered yet, one question after the other: bursts
// are throttled. A new call takes the place of one that still runs.
func (p *iam) askIAM() tea.Cmd {
	p.problem = ""
	if p.ask == nil || p.report == nil || !p.report.snapshot.Complete {
		return nil
	}
	list, ask := p.questions(), p.ask
	if len(list) == 0 {
		return nil
	}
	p.waiting = true
	return p.asking.start(p.ctx, func(ctx context.Context, emit func(answered) bool) error {
		for _, q := range list {
			if !emit(answered{called: true}) {
				return ctx.Err()
			}
			sims, err := ask(ctx, q)
			for _, s := range sims {
				if !emit(answered{key: keyOf(q, s), sim: s}) {
					return ctx.Err()
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// keyOf is the call that an answer is about, as it was asked: IAM may spell an
// action otherwise.
func keyOf(q diagnostics.Question, s diagnostics.Simulation) answerKey {
	k := answerKey{whatIf: whatIf{q.Principal, s.EvalActionName, s.EvalResourceName}}
	for _, a := range q.Actions {
		if strings.EqualFold(a, s.EvalActionName) {
			k.action = a
		}
	}
	if len(q.Add) > 0 {
		k.with = q.Add[0]
	}
	return k
}

// halt stops asking IAM and reports whether there was something to stop.
func (p *iam) halt() bool {
	was := p.waiting
	p.asking.stop()
	p.waiting = false
	return was
}

// again asks about the what-ifs once more: a new report may have new policies.
func (p *iam) again() tea.Cmd {
	if len(p.ifs) == 0 && p.trying == nil {
		return nil
	}
	return p.askIAM()
}

// receive takes IAM's answers.
func (p *iam) receive(c chunk[answered]) tea.Cmd {
	items, next, ok := p.asking.accept(c)
	if !ok {
		return nil
	}
	calls := 0
	for _, a := range items {
		if a.called {
			calls++
			continue
		}
		p.answers[a.key] = a.sim
	}
	if c.done {
		p.waiting = false
		if c.err != nil {
			p.problem = c.err.Error()
		}
	}
	p.arrange()
	return batch(next, send(restated{calls}))
}

// restated has what is explained laid out anew, after so many calls to IAM.
type restated struct{ calls int }

func (m restated) apply(a *App) tea.Cmd {
	for range m.calls {
		a.counted("iam", "SimulatePrincipalPolicy")
	}
	a.detail.rebuild()
	return nil
}
