package playbooks

import (
	"firstaid/diagnostics"
)

// findMissingImage looks up every image that a failed event or a function
// names: a repository or tag that was looked for and is not there proves the
// cause.
func findMissingImage(s *diagnostics.Snapshot) []diagnostics.Finding {
	ix := newIndex(s)
	var list []diagnostics.Finding
	for _, e := range s.Events {
		if !e.Failed() {
			continue
		}
		for _, text := range []string{e.Reason(), e.ResourceProperties} {
			if f, ok := ix.missingImage(text, e.Ref(), ix.ofEvent(e)); ok {
				f.First, f.Last = e.Timestamp, e.Timestamp
				list = append(list, f)
				break
			}
		}
	}
	for _, fn := range s.Functions {
		ref := diagnostics.Ref{Kind: diagnostics.KindFunction, ID: fn.FunctionName}
		if f, ok := ix.missingImage(fn.ImageUri, ref, ix.ofFunction(fn.FunctionName)); ok {
			list = append(list, f)
		}
	}
	return list
}

func (ix *index) missingImage(text string, of, subject diagnostics.Ref) (diagnostics.Finding, bool) {
	uri, name, tag, _ := imageParts(text)
	repo, known := ix.repository(name)
	if uri == "" || !known {
		return diagnostics.Finding{}, false
	}
	f := diagnostics.Finding{
		Confidence: diagnostics.Confirmed, Subject: subject, Count: 1,
		Captures: map[string]string{"image": uri, "repository": name, "tag": tag},
	}
	here := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: name}
	f.Evidence = []diagnostics.Evidence{{Of: of, Field: "ImageUri", Quote: uri}}
	switch _, there := ix.image(uri); {
	case repo.Missing:
		f.Because = diagnostics.Text{En: "the repository " + name + " was looked for and does not exist", Ko: "리포지토리 " + name + "을(를) 조회했으나 존재하지 않습니다"}
		f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: here, Field: "DescribeRepositories", Quote: "RepositoryNotFoundException: " + name})
	case !there && !ix.unread(here):
		f.Because = diagnostics.Text{En: "the repository " + name + " has no such image", Ko: "리포지토리 " + name + "에 해당 이미지가 없습니다"}
		f.Evidence = append(f.Evidence, diagnostics.Evidence{Of: here, Field: "DescribeImages", Quote: describeImages(repo)})
	default:
		return f, false
	}
	return f, true
}

// unread reports whether a thing, or its whole kind, could not be read.
func (ix *index) unread(ref diagnostics.Ref) bool {
	for _, u := range ix.snapshot.Unread {
		if u.Of == ref || u.Of.Kind == ref.Kind && u.Of.ID == "" {
			return true
		}
	}
	return false
}

func describeImages(r diagnostics.Repository) string {
	text := "images in " + r.RepositoryName + ":"
	n := 0
	for _, i := range r.Images {
		for _, t := range i.ImageTags {
			if n++; n > 8 {
				return text + " …"
			}
			text += " " + t
		}
	}
	if n == 0 {
		text += " none"
	}
	return text
}
