package playbooks

import (
	"strings"

	"firstaid/diagnostics"
	"firstaid/diagnostics/policy"
)

// roleFacts speak of the role of the function, or of the one that the event
// names.
func roleFacts() []Fact {
	return []Fact{
		{"role.exists", "no when the role was looked for and is not there", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			r, ok := c.role()
			return yesNo(!r.Missing), diagnostics.Ref{Kind: diagnostics.KindRole, ID: r.RoleName}, ok
		}},
		{"role.trusts", "yes when its trust policy lets SERVICE assume it", func(c *scene, service string) (string, diagnostics.Ref, bool) {
			r, ok := c.role()
			trusted, read := trusts(r.TrustPolicy, service)
			return yesNo(trusted), diagnostics.Ref{Kind: diagnostics.KindRole, ID: r.RoleName}, ok && read
		}},
		{"role.may", "whether its policies allow ACTION on RESOURCE (* when left out): yes or no, evaluated here", roleMay},
	}
}

// role is the role that the finding's text names, else the one that its
// function runs with.
func (c *scene) role() (diagnostics.Role, bool) {
	if name := c.finding.Captures["role"]; name != "" {
		return c.index.role(name)
	}
	if c.fn != nil && c.fn.Role != "" {
		return c.index.role(c.fn.Role)
	}
	for _, e := range c.events {
		if arn := stringProperty(e.ResourceProperties, "Role"); arn != "" {
			return c.index.role(arn)
		}
	}
	return diagnostics.Role{}, false
}

// roleMay evaluates the role's own policies. A layer that was not read, and a
// condition whose values are not known, leave it open.
func roleMay(c *scene, argument string) (string, diagnostics.Ref, bool) {
	action, resource, _ := strings.Cut(argument, " ")
	r, ok := c.role()
	if !ok || r.Missing || len(r.Policies) == 0 {
		return nothing()
	}
	of := diagnostics.Ref{Kind: diagnostics.KindRole, ID: r.RoleName}
	set := RoleSet(c.snapshot, r)
	principal, err := policy.NewPrincipal(r.Arn)
	if err != nil || c.index.unread(of) {
		return nothing()
	}
	switch set.Evaluate(policy.Request{Principal: principal, Action: action, Resource: firstOf(resource, "*")}).Decision {
	case policy.Allowed:
		return "yes", of, true
	case policy.Unknown:
		return nothing()
	default:
		return "no", of, true
	}
}

// imageFacts speak of the container image that the finding's texts or its
// function name.
func imageFacts() []Fact {
	return []Fact{
		{"repository.exists", "no when the image's repository was looked for and is not there", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			repo, _, ok := c.image()
			return yesNo(!repo.Missing), diagnostics.Ref{Kind: diagnostics.KindRepository, ID: repo.RepositoryName}, ok
		}},
		{"image.exists", "no when the repository has no image of that tag or digest", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			repo, uri, ok := c.image()
			of := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: repo.RepositoryName}
			_, there := c.index.image(uri)
			return yesNo(there), of, ok && !repo.Missing && (there || !c.index.unread(of))
		}},
		{"image.region", "same or other: whether the image is of the region of the function", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			_, uri, _ := c.image()
			parts := strings.Split(uri, ".")
			here := c.snapshot.Identity.Region
			if len(parts) < 4 || here == "" {
				return nothing()
			}
			return sameOrOther(parts[3] == here), diagnostics.Ref{}, true
		}},
		{"image.lambda-may-pull", "no when the repository's policy does not name lambda.amazonaws.com", func(c *scene, _ string) (string, diagnostics.Ref, bool) {
			repo, _, ok := c.image()
			of := diagnostics.Ref{Kind: diagnostics.KindRepository, ID: repo.RepositoryName}
			return yesNo(strings.Contains(repo.Policy, "lambda.amazonaws.com")), of, ok && !repo.Missing && !c.index.unread(of)
		}},
		{"image.architecture", "same or other: what the image was built for against what the function runs on", imageArchitecture},
	}
}

func sameOrOther(same bool) string {
	if same {
		return "same"
	}
	return "other"
}

// image is the image that the finding speaks of, with its repository.
func (c *scene) image() (diagnostics.Repository, string, bool) {
	texts := append([]string{c.finding.Captures["image"]}, c.words...)
	for _, e := range c.events {
		texts = append(texts, e.ResourceProperties)
	}
	if c.fn != nil {
		texts = append(texts, c.fn.ImageUri)
	}
	for _, t := range texts {
		if uri, name, _, _ := imageParts(t); uri != "" {
			repo, ok := c.index.repository(name)
			return repo, uri, ok
		}
	}
	return diagnostics.Repository{}, "", false
}

func imageArchitecture(c *scene, _ string) (string, diagnostics.Ref, bool) {
	repo, uri, ok := c.image()
	img, there := c.index.image(uri)
	if !ok || !there || len(img.Architectures) == 0 || c.fn == nil || len(c.fn.Architectures) == 0 {
		return nothing()
	}
	same := false
	for _, a := range img.Architectures {
		same = same || lambdaArchitecture(a) == c.fn.Architectures[0]
	}
	return sameOrOther(same), diagnostics.Ref{Kind: diagnostics.KindRepository, ID: repo.RepositoryName}, true
}
