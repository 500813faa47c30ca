package collect

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"firstaid/diagnostics"
)

// The bounds of reading networks: those of a few functions.
const (
	maxSubnets    = 16
	maxInterfaces = 50
)

// networkID matches the groups and subnets that a refusal names.
var networkID = regexp.MustCompile(`\b(?:sg|subnet)-[0-9a-f]{8,17}\b`)

// readNetwork reads the subnets of functions with their routes and endpoints,
// and what is in the groups and subnets that could not be deleted.
func (r *reading) readNetwork(ctx context.Context) {
	r.mu.Lock()
	var subnets, stuck []string
	for _, f := range r.snap.Functions {
		for _, id := range f.SubnetIds {
			subnets = appendNew(subnets, id)
		}
	}
	for _, e := range r.snap.Events {
		if e.Failed() {
			for _, id := range networkID.FindAllString(e.Reason(), -1) {
				stuck = appendNew(stuck, id)
			}
		}
	}
	r.mu.Unlock()
	together(
		func() {
			if list := bounded(r, diagnostics.KindSubnet, subnets, maxSubnets); len(list) > 0 {
				r.readSubnets(ctx, list)
			}
		},
		func() {
			if len(stuck) > 0 {
				r.readInterfaces(ctx, stuck[:min(len(stuck), maxSubnets)])
			}
		},
	)
}

// ec2 asks one operation of EC2's Query API (version 2016-11-15).
func (r *reading) ec2(ctx context.Context, operation string, parameters url.Values, out any) error {
	parameters.Set("Action", operation)
	parameters.Set("Version", "2016-11-15")
	body, err := r.plain.ask(ctx, question{
		service: "ec2", operation: operation, contentType: "application/x-www-form-urlencoded; charset=utf-8", body: []byte(parameters.Encode()),
	})
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(body, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", operation, err)
	}
	return nil
}

func listed(prefix string, values []string) url.Values {
	v := url.Values{}
	for i, value := range values {
		v.Set(fmt.Sprintf("%s.%d", prefix, i+1), value)
	}
	return v
}

func filtered(name string, values []string) url.Values {
	v := listed("Filter.1.Value", values)
	v.Set("Filter.1.Name", name)
	return v
}

func (r *reading) readSubnets(ctx context.Context, ids []string) {
	of := diagnostics.Ref{Kind: diagnostics.KindSubnet}
	var out struct {
		Subnets []struct {
			ID   string `xml:"subnetId"`
			VPC  string `xml:"vpcId"`
			Free int    `xml:"availableIpAddressCount"`
		} `xml:"subnetSet>item"`
	}
	if err := r.ec2(ctx, "DescribeSubnets", listed("SubnetId", ids), &out); err != nil {
		r.aside(of, "DescribeSubnets", "ec2", err)
		return
	}
	var subnets []diagnostics.Subnet
	var vpcs []string
	for _, s := range out.Subnets {
		subnets = append(subnets, diagnostics.Subnet{SubnetId: s.ID, VpcId: s.VPC, AvailableIpAddressCount: s.Free})
		vpcs = appendNew(vpcs, s.VPC)
	}
	if len(vpcs) > 0 {
		together(
			func() { r.readRoutes(ctx, vpcs, subnets) },
			func() { r.readEndpoints(ctx, vpcs, subnets) },
		)
	}
	slices.SortFunc(subnets, by(func(s diagnostics.Subnet) string { return s.SubnetId }))
	r.change(func(s *diagnostics.Snapshot) { s.Subnets = subnets })
}

type routeTable struct {
	VPC          string `xml:"vpcId"`
	Associations []struct {
		Subnet string `xml:"subnetId"`
		Main   bool   `xml:"main"`
	} `xml:"associationSet>item"`
	Routes []struct {
		To        string `xml:"destinationCidrBlock"`
		State     string `xml:"state"`
		NAT       string `xml:"natGatewayId"`
		Gateway   string `xml:"gatewayId"`
		Transit   string `xml:"transitGatewayId"`
		Interface string `xml:"networkInterfaceId"`
		Peering   string `xml:"vpcPeeringConnectionId"`
	} `xml:"routeSet>item"`
}

// readRoutes finds where 0.0.0.0/0 leads from each subnet: by the route table
// that is associated with it, else by the VPC's main one.
func (r *reading) readRoutes(ctx context.Context, vpcs []string, subnets []diagnostics.Subnet) {
	var out struct {
		Tables []routeTable `xml:"routeTableSet>item"`
	}
	if err := r.ec2(ctx, "DescribeRouteTables", filtered("vpc-id", vpcs), &out); err != nil {
		r.aside(diagnostics.Ref{Kind: diagnostics.KindSubnet}, "DescribeRouteTables", "ec2", err)
		return
	}
	for i := range subnets {
		for _, t := range out.Tables {
			for _, a := range t.Associations {
				own := a.Subnet == subnets[i].SubnetId
				if own || a.Main && t.VPC == subnets[i].VpcId && subnets[i].DefaultRoute == "" {
					subnets[i].DefaultRoute = t.wayOut()
				}
				if own {
					break
				}
			}
		}
	}
}

// wayOut is the target of the default route that is not a black hole.
func (t routeTable) wayOut() string {
	for _, route := range t.Routes {
		if route.To == "0.0.0.0/0" && route.State != "blackhole" {
			return firstOf(route.NAT, route.Transit, route.Gateway, route.Peering, route.Interface, "none")
		}
	}
	return "none"
}

// readEndpoints lists the services that an endpoint of the VPC serves.
func (r *reading) readEndpoints(ctx context.Context, vpcs []string, subnets []diagnostics.Subnet) {
	var out struct {
		Endpoints []struct {
			VPC     string `xml:"vpcId"`
			Service string `xml:"serviceName"`
			State   string `xml:"state"`
		} `xml:"vpcEndpointSet>item"`
	}
	if err := r.ec2(ctx, "DescribeVpcEndpoints", filtered("vpc-id", vpcs), &out); err != nil {
		r.aside(diagnostics.Ref{Kind: diagnostics.KindSubnet}, "DescribeVpcEndpoints", "ec2", err)
		return
	}
	for i := range subnets {
		for _, e := range out.Endpoints {
			if e.VPC == subnets[i].VpcId && strings.EqualFold(e.State, "available") {
				subnets[i].Endpoints = appendNew(subnets[i].Endpoints, e.Service)
			}
		}
		slices.Sort(subnets[i].Endpoints)
	}
}

// readInterfaces lists the network interfaces in groups and subnets.
func (r *reading) readInterfaces(ctx context.Context, ids []string) {
	of := diagnostics.Ref{Kind: diagnostics.KindInterface}
	for name, prefix := range map[string]string{"group-id": "sg-", "subnet-id": "subnet-"} {
		wanted := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !strings.HasPrefix(id, prefix) })
		if len(wanted) == 0 {
			continue
		}
		found, err := r.interfaces(ctx, name, wanted)
		if err != nil {
			r.aside(of, "DescribeNetworkInterfaces", "ec2", err)
			return
		}
		r.change(func(s *diagnostics.Snapshot) { s.Occupants = append(s.Occupants, found...) })
	}
}

// interfaces asks for those of several groups or subnets at once.
func (r *reading) interfaces(ctx context.Context, filter string, ids []string) ([]diagnostics.Occupants, error) {
	var out struct {
		Interfaces []struct {
			ID          string   `xml:"networkInterfaceId"`
			Subnet      string   `xml:"subnetId"`
			Type        string   `xml:"interfaceType"`
			Description string   `xml:"description"`
			Status      string   `xml:"status"`
			Groups      []string `xml:"groupSet>item>groupId"`
		} `xml:"networkInterfaceSet>item"`
	}
	if err := r.ec2(ctx, "DescribeNetworkInterfaces", filtered(filter, ids), &out); err != nil {
		return nil, err
	}
	var list []diagnostics.Occupants
	for _, id := range ids {
		o := diagnostics.Occupants{In: id}
		for _, i := range out.Interfaces {
			if (i.Subnet == id || slices.Contains(i.Groups, id)) && len(o.Interfaces) < maxInterfaces {
				o.Interfaces = append(o.Interfaces, diagnostics.NetworkInterface{
					NetworkInterfaceId: i.ID, InterfaceType: i.Type, Description: i.Description, Status: i.Status,
				})
			}
		}
		list = append(list, o)
	}
	return list, nil
}
