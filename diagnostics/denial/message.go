package denial

import (
	"encoding/json"
	"fmt"
	"strings"

	"firstaid/diagnostics/actions"
)

// Message is a decoded authorization message: what AWS itself says of one
// denied request (STS API reference, DecodeAuthorizationMessage).
type Message struct {
	ExplicitDeny bool               `json:"explicitDeny"`
	Matched      []MatchedStatement `json:"matchedStatements,omitempty"`
	// Conditions are the request's condition keys, by name.
	Conditions map[string][]string `json:"conditions,omitempty"`
}

// MatchedStatement is a statement that decided the request. AWS does not say
// which policy it is of.
type MatchedStatement struct {
	Sid       string   `json:"sid,omitempty"`
	Effect    string   `json:"effect"`
	Actions   []string `json:"actions,omitempty"`
	Resources []string `json:"resources,omitempty"`
}

// messageJSON is the decoded message as AWS writes it.
type messageJSON struct {
	Allowed      bool `json:"allowed"`
	ExplicitDeny bool `json:"explicitDeny"`
	Matched      struct {
		Items []struct {
			StatementID string     `json:"statementId"`
			Effect      string     `json:"effect"`
			Actions     valuesJSON `json:"actions"`
			Resources   valuesJSON `json:"resources"`
		} `json:"items"`
	} `json:"matchedStatements"`
	Context struct {
		Principal struct {
			ID   string `json:"id"`
			Name string `json:"name"`
			ARN  string `json:"arn"`
		} `json:"principal"`
		Action     string `json:"action"`
		Resource   string `json:"resource"`
		Conditions struct {
			Items []struct {
				Key    string     `json:"key"`
				Values valuesJSON `json:"values"`
			} `json:"items"`
		} `json:"conditions"`
	} `json:"context"`
}

type valuesJSON struct {
	Items []struct {
		Value string `json:"value"`
	} `json:"items"`
}

func (v valuesJSON) list() []string {
	var out []string
	for _, x := range v.Items {
		out = append(out, x.Value)
	}
	return out
}

// Decode feeds a decoded authorization message into the denial that holds it
// encoded. What AWS says there replaces what the text around it says.
func (d *Denial) Decode(decoded string) error {
	var m messageJSON
	if err := json.Unmarshal([]byte(decoded), &m); err != nil {
		return fmt.Errorf("read the decoded authorization message: %w", err)
	}
	if m.Allowed || m.Context.Action == "" {
		return fmt.Errorf("the decoded authorization message denies nothing")
	}
	d.Action, d.MoreActions, d.Resource = actions.Canonical(m.Context.Action), nil, m.Context.Resource
	if m.Context.Principal.ARN != "" {
		d.Principal, d.PrincipalKind, d.Account, d.Role, d.Session = "", "", "", "", ""
		d.setPrincipal(m.Context.Principal.ARN)
	}
	if d.Service == "" {
		d.Service, _, _ = strings.Cut(d.Action, ":")
	}
	d.Form, d.Decision, d.PolicyType = FormCore, Implicit, ""
	message := &Message{ExplicitDeny: m.ExplicitDeny}
	if m.ExplicitDeny {
		d.Decision = Explicit
	}
	for _, s := range m.Matched.Items {
		message.Matched = append(message.Matched, MatchedStatement{s.StatementID, s.Effect, s.Actions.list(), s.Resources.list()})
	}
	for _, c := range m.Context.Conditions.Items {
		if message.Conditions == nil {
			message.Conditions = map[string][]string{}
		}
		message.Conditions[c.Key] = c.Values.list()
	}
	d.Message = message
	d.inspectDecoded()
	return nil
}

// inspectDecoded holds the values to what texts are held to.
func (d *Denial) inspectDecoded() {
	var kept []Doubt
	for _, x := range d.Doubts {
		if x == Wrapped || x == Truncated && d.EncodedMessage == "" {
			kept = append(kept, x)
		}
	}
	d.Doubts = kept
	for _, v := range [...]*string{&d.Principal, &d.Action, &d.Resource} {
		if strings.IndexFunc(*v, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
			d.doubt(ControlCharacters)
		}
	}
	(&parser{}).inspect(d)
	d.grade()
}

// ParseWith is Parse, with the encoded authorization messages that somebody
// could decode put in. decoded returns a message's JSON.
func ParseWith(text string, decoded func(encoded string) (string, bool)) []Denial {
	list := Parse(text)
	for i := range list {
		d := &list[i]
		if d.EncodedMessage == "" {
			continue
		}
		if m, ok := decoded(d.EncodedMessage); ok {
			_ = d.Decode(m) // a message that is none leaves the text as it was read
		}
	}
	return list
}
