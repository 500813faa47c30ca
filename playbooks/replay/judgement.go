package replay

import (
	"slices"
	"strings"

	"firstaid/diagnostics"
	"firstaid/playbooks"
)

// A judgement says which failures of the incident the files no longer have the
// cause of.
type judgement struct {
	catalog  *playbooks.Catalog
	recorded *diagnostics.Snapshot
	findings []diagnostics.Finding
	mended   map[string]bool // finding ID; a consequence is mended with its cause
}

func judge(d Deployment, c *playbooks.Catalog) *judgement {
	was := *d.Recorded
	was.Events = slices.Concat(was.Events, d.Hidden)
	now := was
	now.Files = d.Files
	j := &judgement{catalog: c, recorded: d.Recorded, findings: playbooks.Diagnose(&was, c), mended: map[string]bool{}}
	again := playbooks.Diagnose(&now, c)
	for _, f := range j.findings {
		if f.CausedBy == "" {
			j.mended[f.ID()] = d.Called != nil && d.Called(f.ID()) || c.Mended(&was, &now, f, again)
		}
	}
	for _, f := range j.findings {
		if f.CausedBy != "" {
			j.mended[f.ID()] = j.mended[j.root(f)]
		}
	}
	return j
}

// root is the ID of the failure that a finding follows from, or its own.
func (j *judgement) root(f diagnostics.Finding) string {
	for range j.findings {
		i := slices.IndexFunc(j.findings, func(o diagnostics.Finding) bool { return o.ID() == f.CausedBy })
		if i < 0 {
			break
		}
		f = j.findings[i]
	}
	return f.ID()
}

// about lists the findings that quote something.
func (j *judgement) about(of diagnostics.Ref) []diagnostics.Finding {
	var list []diagnostics.Finding
	for _, f := range j.findings {
		if slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool { return e.Of == of }) {
			list = append(list, f)
		}
	}
	return list
}

// fails reports whether a failed event happens again: it does unless its cause
// is mended. An event that no finding quotes is a consequence of others.
func (j *judgement) fails(e diagnostics.Event) bool {
	return slices.ContainsFunc(j.about(e.Ref()), func(f diagnostics.Finding) bool { return !j.mended[f.ID()] })
}

// tells reports whether a text of the incident still says something true.
func (j *judgement) tells(id string) bool {
	return slices.ContainsFunc(j.about(diagnostics.Ref{Kind: diagnostics.KindText, ID: id}), func(f diagnostics.Finding) bool { return !j.mended[f.ID()] })
}

func (j *judgement) mendedText(id string) bool {
	return len(j.about(diagnostics.Ref{Kind: diagnostics.KindText, ID: id})) > 0 && !j.tells(id)
}

// healed reports whether a log line says something that is mended.
func (j *judgement) healed(g diagnostics.LogGroup, e diagnostics.LogEvent) bool {
	from := playbooks.Origin{Source: diagnostics.SourceLambdaLog}
	if g.FunctionName == "" {
		from.Source = diagnostics.SourceAPIGWLog
	}
	for _, m := range j.catalog.Matcher().Match(e.Message, from) {
		for _, f := range j.findings {
			if f.Playbook == m.Playbook && j.mended[f.ID()] && quotes(f, g) {
				return true
			}
		}
	}
	return false
}

// quotes reports whether a finding rests on lines of a log group.
func quotes(f diagnostics.Finding, g diagnostics.LogGroup) bool {
	return slices.ContainsFunc(f.Evidence, func(e diagnostics.Evidence) bool {
		return e.Of.Kind == diagnostics.KindLogEvent && strings.HasPrefix(e.Of.ID, g.LogGroupName+"#")
	})
}

// repositories are the incident's, with those that a mended finding missed.
func (j *judgement) repositories() []diagnostics.Repository {
	list := slices.Clone(j.recorded.Repositories)
	for i := range list {
		r := &list[i]
		for _, f := range j.about(diagnostics.Ref{Kind: diagnostics.KindRepository, ID: r.RepositoryName}) {
			if !r.Missing || !j.mended[f.ID()] {
				continue
			}
			r.Missing = false
			r.Images = []diagnostics.Image{{ImageDigest: "sha256:" + digits(r.RepositoryName, 64), ImageTags: tagsIn(f)}}
		}
	}
	return list
}

// tagsIn are the tags of the images that a finding quotes.
func tagsIn(f diagnostics.Finding) []string {
	var tags []string
	for _, e := range f.Evidence {
		_, name, registry := strings.Cut(e.Quote, ".amazonaws.com/")
		_, tag, tagged := strings.Cut(name, ":")
		if registry && tagged && !strings.ContainsAny(tag, " /:") && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}
