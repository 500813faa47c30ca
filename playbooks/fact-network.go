package playbooks

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// networkFacts speak of APIs and of the other side of a connection.
func networkFacts() []Fact {
	return []Fact{
		{"api.integration", "how the API calls its functions: AWS_PROXY, AWS, HTTP; mixed when its routes differ", apiIntegration},
		{"api.routes", "the number of routes of the API that the finding is about", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			a, ok := c.api()
			return rounded(float64(len(a.Routes))), diagnostics.Ref{Kind: diagnostics.KindAPI, ID: a.ApiId}, ok
		}},
		{"host.kind", "whom a connection was for: aws, private or public", hostKind},
		{"host.region", "same or other: the region in the name of an AWS endpoint against the stack's", hostRegion},
	}
}

// api is the API that the finding is about, or that its function stands behind.
func (c *scene) api() (diagnostics.API, bool) {
	for _, a := range c.snapshot.APIs {
		of := c.index.ofAPI(a.ApiId)
		if of == c.finding.Subject || c.index.behind(c.finding.Subject, of) {
			return a, true
		}
	}
	return diagnostics.API{}, false
}

func apiIntegration(c *scene, _ string) (string, diagnostics.Ref, bool) {
	a, ok := c.api()
	if !ok {
		return nothing()
	}
	var kinds []string
	for _, r := range a.Routes {
		if c.fn != nil && strings.Contains(r.IntegrationUri, ":function:"+c.fn.FunctionName) || c.fn == nil && strings.Contains(r.IntegrationUri, ":function:") {
			kinds = append(kinds, r.IntegrationType)
		}
	}
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	of := diagnostics.Ref{Kind: diagnostics.KindAPI, ID: a.ApiId}
	switch len(kinds) {
	case 0:
		return nothing()
	case 1:
		return kinds[0], of, true
	default:
		return "mixed", of, true
	}
}

// endpointHost takes the host out of a URL or an address with a port.
var endpointHost = regexp.MustCompile(`(?i)^(?:https?://)?\[?([\w.:-]+?)\]?(?::\d+)?(?:/.*)?$`)

func (c *scene) host() string {
	m := endpointHost.FindStringSubmatch(strings.TrimSpace(c.finding.Captures["host"]))
	if m == nil {
		return ""
	}
	return strings.ToLower(m[1])
}

func hostKind(c *scene, _ string) (string, diagnostics.Ref, bool) {
	host := c.host()
	address, err := netip.ParseAddr(host)
	switch {
	case host == "":
		return nothing()
	case err == nil && (address.IsPrivate() || address.IsLoopback() || address.IsLinkLocalUnicast()):
		return "private", diagnostics.Ref{}, true
	case err == nil:
		return "public", diagnostics.Ref{}, true
	case strings.Contains(host, ".rds.") || strings.Contains(host, ".cache.") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".local"):
		return "private", diagnostics.Ref{}, true // a name that stands for an address inside a VPC
	case strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn"):
		return "aws", diagnostics.Ref{}, true
	case strings.Contains(host, "."):
		return "public", diagnostics.Ref{}, true
	}
	return nothing()
}

// regionLabel matches a region as one label of an endpoint's name.
var regionLabel = regexp.MustCompile(`(?:^|[.-])((?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?-(?:[a-z]+)-\d)\.`)

func hostRegion(c *scene, _ string) (string, diagnostics.Ref, bool) {
	m := regionLabel.FindStringSubmatch(c.host())
	if m == nil || c.snapshot.Identity.Region == "" {
		return nothing()
	}
	return sameOrOther(m[1] == c.snapshot.Identity.Region), diagnostics.Ref{}, true
}
