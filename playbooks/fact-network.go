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
		{"api.stage", "behind when a stage serves an older deployment than the API's latest, else current", apiStage},
		{"subnet.free", "the least number of free addresses in one of the function's subnets", fewestAddresses},
		{"subnet.way-out", "where 0.0.0.0/0 leads from the function's subnets: nat, internet-gateway, other, none; mixed when they differ", wayOut},
		{"endpoint.exists", "yes when the function's VPC has an endpoint for the AWS service that a connection was for", endpointExists},
		{"interface.count", "the network interfaces in the group or subnet that the finding names", interfaceCount},
		{"interface.owner", "lambda when Lambda made all of them, other when it made none, else mixed", interfaceOwner},
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

func apiStage(c *scene, _ string) (string, diagnostics.Ref, bool) {
	a, ok := c.api()
	if !ok || a.LatestDeployment == "" || len(a.Stages) == 0 {
		return nothing()
	}
	of := diagnostics.Ref{Kind: diagnostics.KindAPI, ID: a.ApiId}
	if slices.ContainsFunc(a.Stages, func(s diagnostics.Stage) bool { return s.DeploymentId != a.LatestDeployment }) {
		return "behind", of, true
	}
	return "current", of, true
}

// subnets are those of the function, if every one of them was read.
func (c *scene) subnets() []diagnostics.Subnet {
	if c.fn == nil {
		return nil
	}
	var list []diagnostics.Subnet
	for _, s := range c.snapshot.Subnets {
		if slices.Contains(c.fn.SubnetIds, s.SubnetId) {
			list = append(list, s)
		}
	}
	if len(list) < len(c.fn.SubnetIds) {
		return nil
	}
	return list
}

func fewestAddresses(c *scene, _ string) (string, diagnostics.Ref, bool) {
	list := c.subnets()
	if len(list) == 0 {
		return nothing()
	}
	least := slices.MinFunc(list, func(a, b diagnostics.Subnet) int { return a.AvailableIpAddressCount - b.AvailableIpAddressCount })
	return rounded(float64(least.AvailableIpAddressCount)), diagnostics.Ref{Kind: diagnostics.KindSubnet, ID: least.SubnetId}, true
}

// wayOut names the kind of gateway that the default routes lead to. A function
// has no public address, so an internet gateway is no way out for it
// (lambda/latest/dg/configuration-vpc-internet.html).
func wayOut(c *scene, _ string) (string, diagnostics.Ref, bool) {
	way, of := "", diagnostics.Ref{}
	for _, s := range c.subnets() {
		kind := "other"
		switch {
		case s.DefaultRoute == "":
			return nothing()
		case s.DefaultRoute == "none":
			kind = "none"
		case strings.HasPrefix(s.DefaultRoute, "nat-"):
			kind = "nat"
		case strings.HasPrefix(s.DefaultRoute, "igw-"):
			kind = "internet-gateway"
		}
		if way != "" && way != kind {
			return "mixed", diagnostics.Ref{Kind: diagnostics.KindSubnet, ID: s.SubnetId}, true
		}
		way, of = kind, diagnostics.Ref{Kind: diagnostics.KindSubnet, ID: s.SubnetId}
	}
	return way, of, way != ""
}

// awsService takes the service out of the name of a regional endpoint:
// sqs.eu-west-1.amazonaws.com, bucket.s3.eu-west-1.amazonaws.com.
var awsService = regexp.MustCompile(`(?:^|\.)([a-z0-9-]+)\.((?:[a-z]{2}-)(?:[a-z]+-)+\d)\.amazonaws\.com`)

func endpointExists(c *scene, _ string) (string, diagnostics.Ref, bool) {
	list := c.subnets()
	m := awsService.FindStringSubmatch(c.host())
	if len(list) == 0 || m == nil {
		return nothing()
	}
	of := diagnostics.Ref{Kind: diagnostics.KindSubnet, ID: list[0].SubnetId}
	name := "com.amazonaws." + m[2] + "." + m[1]
	there := slices.ContainsFunc(list, func(s diagnostics.Subnet) bool { return slices.Contains(s.Endpoints, name) })
	return yesNo(there), of, there || !c.index.unread(diagnostics.Ref{Kind: diagnostics.KindSubnet})
}

// occupants are the interfaces in what the finding's text names.
func (c *scene) occupants() (diagnostics.Occupants, bool) {
	for _, o := range c.snapshot.Occupants {
		if slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(w, o.In) }) {
			return o, true
		}
	}
	return diagnostics.Occupants{}, false
}

func interfaceCount(c *scene, _ string) (string, diagnostics.Ref, bool) {
	o, ok := c.occupants()
	return rounded(float64(len(o.Interfaces))), diagnostics.Ref{Kind: diagnostics.KindInterface, ID: o.In}, ok
}

func interfaceOwner(c *scene, _ string) (string, diagnostics.Ref, bool) {
	o, ok := c.occupants()
	lambdas := 0
	for _, i := range o.Interfaces {
		if i.InterfaceType == "lambda" || strings.HasPrefix(i.Description, "AWS Lambda VPC ENI") {
			lambdas++
		}
	}
	of := diagnostics.Ref{Kind: diagnostics.KindInterface, ID: o.In}
	switch {
	case !ok || len(o.Interfaces) == 0:
		return nothing()
	case lambdas == len(o.Interfaces):
		return "lambda", of, true
	case lambdas == 0:
		return "other", of, true
	}
	return "mixed", of, true
}
