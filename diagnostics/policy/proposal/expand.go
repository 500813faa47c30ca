package proposal

import (
	"slices"
	"strings"
)

// Grant is one Allow statement that a SAM policy template stands for. Its ARNs are
// texts for Fn::Sub.
type Grant struct{ Actions, Resources []string }

// Expand writes out a SAM policy template. Parameter values are texts for
// Fn::Sub, such as "orders" or "${Table}". ok is false for a template that is not
// known here, or a parameter that is missing.
func Expand(name string, parameters map[string]string) (grants []Grant, ok bool) {
	all := samTemplates()
	i := slices.IndexFunc(all, func(t samTemplate) bool { return t.name == name })
	if i < 0 {
		return nil, false
	}
	for _, a := range all[i].allows {
		g := Grant{Actions: slices.Clone(a.actions)}
		for _, pattern := range a.resources {
			arn, ok := fill(pattern, parameters)
			if !ok {
				return nil, false
			}
			g.Resources = append(g.Resources, arn)
		}
		grants = append(grants, g)
	}
	return grants, len(grants) > 0
}

// fill puts parameters and the stack's partition, region and account into a
// template's ARN.
func fill(pattern string, parameters map[string]string) (string, bool) {
	fields := strings.SplitN(pattern, ":", 6)
	for i, f := range fields {
		switch {
		case i == 5:
		case f == "P":
			fields[i] = "${AWS::Partition}"
		case f == "R":
			fields[i] = "${AWS::Region}"
		case f == "A":
			fields[i] = "${AWS::AccountId}"
		}
	}
	arn := strings.Join(fields, ":")
	for name, value := range parameters {
		arn = strings.ReplaceAll(arn, "{"+name+"}", value)
	}
	// What is left of the form {Name}, and is no ${variable}, has no value.
	rest := arn
	for {
		i := strings.IndexByte(rest, '{')
		if i < 0 {
			return arn, true
		}
		if i == 0 || rest[i-1] != '$' {
			return "", false
		}
		rest = rest[i+1:]
	}
}
