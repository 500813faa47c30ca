package playbooks

import (
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// claimFacts speak of who uses what a failure names, of keys and of layers.
func claimFacts() []Fact {
	return []Fact{
		{"name.owner", "the stack that owns the name that is taken, or none when no stack does", nameOwner},
		{"named.region", "same or other: the region of the ARN that the finding quotes against the stack's", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return c.namedPart(3, c.snapshot.Identity.Region)
		}},
		{"named.account", "same or other: its account against the one that was read", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			return c.namedPart(4, c.snapshot.Identity.Account)
		}},
		{"named.function", "yes when the function that the finding's text names was read: it is there", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			_, ok := c.index.functions[c.finding.Captures["function"]]
			return "yes", diagnostics.Ref{Kind: diagnostics.KindFunction, ID: c.finding.Captures["function"]}, ok
		}},
		{"export.imported", "yes or no: whether a stack imports the export now", exportImported},
		{"key.state", "the state of the KMS key that the finding names or that its function uses: Enabled, Disabled, PendingDeletion, NotFound", keyState},
		{"layer.architecture", "same or other: whether a layer was published for another processor than the function's", layerArchitecture},
	}
}

func nameOwner(c *scene, _ string) (string, diagnostics.Ref, bool) {
	for _, claim := range c.snapshot.Claims {
		if slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(w, claim.PhysicalResourceId) }) {
			return firstOf(claim.StackName, "none"), diagnostics.Ref{Kind: diagnostics.KindClaim, ID: claim.PhysicalResourceId}, true
		}
	}
	return nothing()
}

// quotedARN matches an ARN of a regional service.
var quotedARN = regexp.MustCompile(`arn:aws[\w-]*:[a-z0-9-]+:[a-z]{2}[\w-]*-\d:\d{12}:[^\s"',;)]+`)

// namedPart compares a part of the first ARN that the finding quotes.
func (c *scene) namedPart(i int, here string) (string, diagnostics.Ref, bool) {
	for _, w := range c.words {
		if parts := strings.Split(quotedARN.FindString(w), ":"); len(parts) > i && here != "" {
			return sameOrOther(parts[i] == here), diagnostics.Ref{Kind: diagnostics.KindIdentity, ID: here}, true
		}
	}
	return nothing()
}

func exportImported(c *scene, _ string) (string, diagnostics.Ref, bool) {
	e, ok := exportOf(c.snapshot, c.finding.Captures["export"])
	return yesNo(len(e.Importers) > 0), diagnostics.Ref{Kind: diagnostics.KindExport, ID: e.Name}, ok
}

// exportOf is an export whose importers were read.
func exportOf(s *diagnostics.Snapshot, name string) (diagnostics.Export, bool) {
	i := slices.IndexFunc(s.Exports, func(e diagnostics.Export) bool { return e.Name == name })
	if i < 0 {
		return diagnostics.Export{}, false
	}
	return s.Exports[i], true
}

func keyState(c *scene, _ string) (string, diagnostics.Ref, bool) {
	for _, k := range c.snapshot.Keys {
		named := slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(w, k.Arn) })
		if named || c.fn != nil && c.fn.KMSKeyArn == k.Arn {
			return k.KeyState, diagnostics.Ref{Kind: diagnostics.KindKey, ID: k.Arn}, k.KeyState != ""
		}
	}
	return nothing()
}

// layerArchitecture compares what the function's layers were published for with
// what it runs on; a layer that does not say decides nothing.
func layerArchitecture(c *scene, _ string) (string, diagnostics.Ref, bool) {
	if c.fn == nil || len(c.fn.Architectures) == 0 {
		return nothing()
	}
	known := 0
	for _, l := range c.snapshot.Layers {
		if !slices.Contains(c.fn.Layers, l.Arn) || len(l.Architectures) == 0 {
			continue
		}
		known++
		if !slices.Contains(l.Architectures, c.fn.Architectures[0]) {
			return "other", diagnostics.Ref{Kind: diagnostics.KindLayer, ID: l.Arn}, true
		}
	}
	return "same", diagnostics.Ref{Kind: diagnostics.KindFunction, ID: c.fn.FunctionName}, known > 0 && known == len(c.fn.Layers)
}
