package diagnostics

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// accountPlaces are the places where twelve digits are an account id: an ARN,
// an image's registry, a queue's URL, and values that are called so.
const accountPlaces = `arn:aws[a-z0-9-]*:[A-Za-z0-9-]*:[A-Za-z0-9-]*:(\d{12})\b` +
	`|\b(\d{12})\.dkr[.-]ecr` +
	`|amazonaws\.com(?:\.cn)?/(\d{12})\b` +
	`|(?i:account|registry|owner)[A-Za-z]*[ _-]*(?i:id)?\\*["']?[ \t]*[:= ][ \t]*(?i:id )?\\*["']?(\d{12})\b` +
	`|\\*"AWS\\*"[ \t]*:[ \t]*\\*"(\d{12})\b`

// principalID is an IAM unique id; like an access key id it carries the
// account's number in its letters.
const principalID = `\b(AROA|AIDA|AGPA|AIPA|ANPA|ANVA|APKA)[A-Z0-9]{12,}\b`

// pseudonyms returns the function that replaces the account ids of a snapshot.
// Pseudonyms are numbered in the order in which the ids come; a pseudonym is
// its own pseudonym, so that hiding twice is hiding once.
func pseudonyms(s *Snapshot) func(string) string {
	places, principal := regexp.MustCompile(accountPlaces), regexp.MustCompile(principalID)
	var order []string
	seen := map[string]bool{}
	add := func(id string) {
		if len(id) == 12 && !seen[id] {
			seen[id] = true
			order = append(order, id)
		}
	}
	if isAccount(s.Identity.Account) {
		add(s.Identity.Account)
	}
	copier{text: func(t string) string {
		for _, m := range places.FindAllStringSubmatch(t, -1) {
			for _, id := range m[1:] {
				add(id)
			}
		}
		return t
	}}.copy(reflect.ValueOf(s))
	for _, r := range s.Repositories {
		if isAccount(r.RegistryId) {
			add(r.RegistryId)
		}
	}
	names := map[string]string{}
	n := 0
	for _, id := range order {
		if isPseudonym(id) {
			continue
		}
		n++
		for seen[pseudonym(n)] {
			n++
		}
		names[id] = pseudonym(n)
	}
	return func(t string) string {
		return principal.ReplaceAllString(replaceAccounts(t, names), "$1"+Redacted)
	}
}

func pseudonym(n int) string { return fmt.Sprintf("%012d", n) }

func isPseudonym(id string) bool { return strings.HasPrefix(id, "00000000") }

func isAccount(id string) bool {
	return len(id) == 12 && strings.Trim(id, "0123456789") == ""
}

// replaceAccounts replaces every whole number of twelve digits that is a known
// id, and its form with dashes (1234-5678-9012).
func replaceAccounts(t string, names map[string]string) string {
	var b strings.Builder
	last := 0
	for i := 0; i < len(t); {
		if t[i] < '0' || t[i] > '9' {
			i++
			continue
		}
		end := i
		for end < len(t) && t[end] >= '0' && t[end] <= '9' {
			end++
		}
		id, dashed := t[i:end], ""
		if end-i == 4 && len(t) >= i+14 && t[i+4] == '-' && t[i+9] == '-' && (len(t) == i+14 || t[i+14] < '0' || t[i+14] > '9') {
			id, dashed = strings.ReplaceAll(t[i:i+14], "-", ""), "-"
		}
		if name, ok := names[id]; ok {
			if dashed != "" {
				name, end = name[:4]+"-"+name[4:8]+"-"+name[8:], i+14
			}
			b.WriteString(t[last:i])
			b.WriteString(name)
			last = end
		}
		i = end
	}
	if last == 0 {
		return t
	}
	b.WriteString(t[last:])
	return b.String()
}
