package playbooks

import (
	"testing"

	"firstaid/diagnostics"
)

// TestWhatTheAccountSaysTellsCausesApart: routes, addresses, interfaces,
// owners, layers, keys and stages, as they were read.
func TestWhatTheAccountSaysTellsCausesApart(t *testing.T) {
	inVPC := func(f *diagnostics.Function) { f.SubnetIds = []string{"subnet-1", "subnet-2"} }
	const toSQS = `Connect timeout on endpoint URL: "https://sqs.eu-west-1.amazonaws.com/"`
	routed := func(first, second string, endpoints ...string) *diagnostics.Snapshot {
		s := shopFn(inVPC, toSQS)
		s.Subnets = []diagnostics.Subnet{
			{SubnetId: "subnet-1", DefaultRoute: first, Endpoints: endpoints, AvailableIpAddressCount: 200},
			{SubnetId: "subnet-2", DefaultRoute: second, Endpoints: endpoints, AvailableIpAddressCount: 90},
		}
		return s
	}
	failed := func(kind, status, reason string, change func(*diagnostics.Snapshot)) *diagnostics.Snapshot {
		s := shop("UPDATE_ROLLBACK_COMPLETE")
		s.Events = []diagnostics.Event{stackEvent(1, "CREATE_IN_PROGRESS"), event(5, "Thing", kind, status, reason)}
		change(s)
		return s
	}
	const taken = "Resource of type 'AWS::DynamoDB::Table' with identifier 'orders' already exists."
	const held = "resource sg-0123456789 has a dependent object"
	occupied := func(interfaces ...diagnostics.NetworkInterface) func(*diagnostics.Snapshot) {
		return func(s *diagnostics.Snapshot) {
			s.Occupants = []diagnostics.Occupants{{In: "sg-0123456789", Interfaces: interfaces}}
		}
	}
	layered := func(architecture string) *diagnostics.Snapshot {
		s := shopFn(func(f *diagnostics.Function) { f.Layers = []string{"l:1"} }, "/opt/extensions/agent: exec format error")
		s.Layers = []diagnostics.LayerVersion{{Arn: "l:1", Architectures: []string{architecture}}}
		return s
	}
	for name, c := range map[string]struct {
		playbook string
		snapshot *diagnostics.Snapshot
		want     map[string]diagnostics.Standing
	}{
		"a NAT gateway":        {"vpc-connect-timeout", routed("nat-1", "nat-2"), map[string]diagnostics.Standing{"no-way-out": out, "security-group": likely}},
		"no default route":     {"vpc-connect-timeout", routed("none", "none"), map[string]diagnostics.Standing{"no-way-out": likely}},
		"an internet gateway":  {"vpc-connect-timeout", routed("igw-1", "igw-1"), map[string]diagnostics.Standing{"no-way-out": likely}},
		"one subnet of two":    {"vpc-connect-timeout", routed("nat-1", "none"), map[string]diagnostics.Standing{"no-way-out": likely}},
		"an endpoint":          {"vpc-connect-timeout", routed("none", "none", "com.amazonaws.eu-west-1.sqs"), map[string]diagnostics.Standing{"no-way-out": out}},
		"routes were not read": {"vpc-connect-timeout", routed("", ""), map[string]diagnostics.Standing{"no-way-out": open}},
		"owned by a stack": {"resource-already-exists", failed("AWS::DynamoDB::Table", "CREATE_FAILED", taken, func(s *diagnostics.Snapshot) {
			s.Claims = []diagnostics.Claim{{PhysicalResourceId: "orders", StackName: "old-shop"}}
		}), map[string]diagnostics.Standing{"other-stack": likely, "left-over": out, "replacement": out}},
		"owned by nobody": {"resource-already-exists", failed("AWS::DynamoDB::Table", "CREATE_FAILED", taken, func(s *diagnostics.Snapshot) {
			s.Claims = []diagnostics.Claim{{PhysicalResourceId: "orders"}}
		}), map[string]diagnostics.Standing{"other-stack": out, "left-over": likely, "replacement": out}},
		"interfaces of Lambda": {
			"vpc-eni", failed("AWS::EC2::SecurityGroup", "DELETE_FAILED", held, occupied(diagnostics.NetworkInterface{InterfaceType: "lambda"})),
			map[string]diagnostics.Standing{"waiting": likely, "others": out},
		},
		"an interface of a database": {
			"vpc-eni", failed("AWS::EC2::SecurityGroup", "DELETE_FAILED", held, occupied(diagnostics.NetworkInterface{Description: "RDSNetworkInterface"})),
			map[string]diagnostics.Standing{"waiting": out, "others": likely},
		},
		"no interface at all": {
			"vpc-eni", failed("AWS::EC2::SecurityGroup", "DELETE_FAILED", held, occupied()),
			map[string]diagnostics.Standing{"others": likely},
		},
		"a function of another region": {
			"function-not-found", shopFn(nil, "ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:123456789012:function:other"),
			map[string]diagnostics.Standing{"other-region": likely, "other-account": out, "qualifier": out},
		},
		"a function that nobody has read": {
			"function-not-found", shopFn(nil, "ResourceNotFoundException: Function not found: arn:aws:lambda:eu-west-1:123456789012:function:other"),
			map[string]diagnostics.Standing{"other-region": out, "other-account": out, "qualifier": out, "gone": likely},
		},
		"an answer that came too late": {
			"runtime-response-403", shopFn(nil, "Failed to post handler success response. Http response code: 403.", cutOff, calm("90", "60")),
			map[string]diagnostics.Standing{"too-late": likely, "too-large": out},
		},
		"an alias between two versions": {
			"codedeploy-conflict", shopFn(func(f *diagnostics.Function) {
				f.Aliases = []diagnostics.Alias{{Name: "live", RoutingWeights: map[string]float64{"2": 0.1}}}
			}, "Deployment Group 'shop' already has an active Deployment 'd-ABC'"),
			map[string]diagnostics.Standing{"running": likely, "moved-by-hand": out, "rolled-back": out},
		},
		"a layer for x86_64": {"arm64-mismatch", layered("x86_64"), map[string]diagnostics.Standing{"layer": likely}},
		"a layer for arm64":  {"arm64-mismatch", layered("arm64"), map[string]diagnostics.Standing{"layer": out}},
		"a key that is going away": {"access-denied", func() *diagnostics.Snapshot {
			s := shopFn(func(f *diagnostics.Function) { f.KMSKeyArn = "k" },
				"User: arn:aws:sts::123456789012:assumed-role/shop-role/shop-fn is not authorized to perform: kms:Decrypt on resource: k because no identity-based policy allows the kms:Decrypt action")
			s.Keys = []diagnostics.Key{{Arn: "k", KeyState: "PendingDeletion"}}
			return s
		}(), map[string]diagnostics.Standing{"encryption-key": likely}},
	} {
		t.Run(name, func(t *testing.T) {
			got := standings(t, c.snapshot, c.playbook)
			for id, want := range c.want {
				if got[id] != want {
					t.Errorf("%s is %q, want %q (of %v)", id, got[id], want, got)
				}
			}
		})
	}
}

// The stage that serves an older deployment is told from the method that is
// not there.
func TestAStageThatIsBehind(t *testing.T) {
	c := &scene{diagnosis: newDiagnosis(&diagnostics.Snapshot{APIs: []diagnostics.API{{ApiId: "a", Protocol: "REST", LatestDeployment: "d2", Stages: []diagnostics.Stage{{StageName: "prod", DeploymentId: "d1"}}}}}, testCatalog(t))}
	c.finding.Subject = diagnostics.Ref{Kind: diagnostics.KindAPI, ID: "a"}
	if got, _, ok := c.fact("api.stage"); got != "behind" || !ok {
		t.Errorf("got %q %v", got, ok)
	}
	c.snapshot.APIs[0].Stages[0].DeploymentId = "d2"
	if got, _, ok := c.fact("api.stage"); got != "current" || !ok {
		t.Errorf("got %q %v", got, ok)
	}
	c.snapshot.APIs[0].LatestDeployment = ""
	if _, _, ok := c.fact("api.stage"); ok {
		t.Error("deployments that were not read say that the stage is current")
	}
}

// Who imports an export is what CloudFormation says now, not what the refusal
// said then.
func TestTheImportersOfToday(t *testing.T) {
	e := event(1, "shop", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", "Export net-Vpc cannot be deleted as it is in use by api and jobs")
	s := &diagnostics.Snapshot{StackID: "arn:stack/shop", Events: []diagnostics.Event{e}, Exports: []diagnostics.Export{{Name: "net-Vpc", Importers: []string{"jobs"}}}}
	f := one(t, findImporters(s))
	if f.Confidence != diagnostics.Confirmed || f.Captures["importers"] != "jobs" {
		t.Errorf("got %+v", f)
	}
	hold(t, steps(fixExport(s, f)[0]), "Change jobs so that nothing imports net-Vpc")
	s.Exports[0].Importers = nil
	if f := one(t, findImporters(s)); f.Confidence != diagnostics.Likely || f.Because.En != "no stack imports net-Vpc any more: the same deployment should pass now" {
		t.Errorf("got %+v", f)
	}
}
