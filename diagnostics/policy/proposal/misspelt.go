package proposal

import (
	"slices"
	"strings"
	"unicode"
)

// Name is the name that a person gives the resource with an ARN: of the bucket,
// the table, the function; the whole path of a parameter.
func Name(arn string) string { return nameOf(arn) }

// Covers reports whether an ARN is the resource or a part of it: an object of
// the bucket, an index of the table, a version of the function.
func (r Resource) Covers(arn string) bool { return r.ARN != "" && contains(r.ARN, arn) }

// Misspelt reports whether a name was most likely meant to be that of the
// resource: a letter off, in another case, its logical id, or the name that
// CloudFormation made without its random end. Names whose numbers differ are
// two names: orders-v1 and orders-v2 both exist.
func (r Resource) Misspelt(name string) bool {
	said, is, id := plain(name), plain(nameOf(r.ARN)), plain(r.LogicalID)
	switch {
	case len(said) < 4 || name == nameOf(r.ARN) || len(said) > 256 || len(is) > 256:
		return false
	case said == is, said == id:
		return true
	case strings.HasPrefix(is, said) && strings.HasSuffix(said, id) && id != "":
		return true
	}
	return digits(said) == digits(is) && sameFirst(said, is) && distance(said, is) <= typos(said)
}

// typos is how many letters may be off: one in a short name.
func typos(name string) int {
	if len(name) < 9 {
		return 1
	}
	return 2
}

// sameFirst holds for names that begin or end alike: who mistypes a name seldom
// misses both ends.
func sameFirst(a, b string) bool {
	return a != "" && b != "" && (a[0] == b[0] || a[len(a)-1] == b[len(b)-1])
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// stages are words that people put into names for the place where they run.
var stages = []string{
	"alpha", "beta", "canary", "demo", "dev", "develop", "development", "int", "integration", "live", "local", "pre", "preprod", "preview", "prd",
	"prod", "production", "qa", "sandbox", "sbx", "stage", "staging", "stg", "test", "testing", "tst", "uat",
}

// OtherStage reports whether a name is the resource's but for the stage in it:
// orders-dev for orders-prod.
func (r Resource) OtherStage(name string) bool {
	said, is := words(name), words(nameOf(r.ARN))
	if len(said) != len(is) || len(said) < 2 {
		return false
	}
	differ := 0
	for i := range said {
		if said[i] == is[i] {
			continue
		}
		differ++
		if !slices.Contains(stages, said[i]) || !slices.Contains(stages, is[i]) {
			return false
		}
	}
	return differ == 1
}

func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
