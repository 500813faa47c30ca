package diagnostics

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// pair is a key with its value in a text; from and to bound the value, without
// its quotes.
type pair struct {
	name     string
	sep      byte // ':' or '='
	from, to int
	quoted   bool
}

// redactPairs hides the values of pairs whose key names a secret.
func redactPairs(text string) string {
	return replacePairs(text, func(p pair) bool { return secretName(p.name) && !p.prose(text) })
}

// replacePairs hides the value of every pair that hide speaks of.
func replacePairs(text string, hide func(pair) bool) string {
	var b strings.Builder
	last := 0
	for i := 0; i < len(text); i++ {
		if text[i] != ':' && text[i] != '=' {
			continue
		}
		p, ok := pairAt(text, i)
		if !ok || p.from < last || !hide(p) {
			continue
		}
		p.skipScheme(text)
		if isReference(text[p.from:p.to]) {
			continue
		}
		b.WriteString(text[last:p.from])
		b.WriteString(Redacted)
		last = p.to
		i = p.to - 1
	}
	if last == 0 {
		return text
	}
	b.WriteString(text[last:])
	return b.String()
}

// pairAt reads the pair around the separator at i.
func pairAt(text string, i int) (pair, bool) {
	end := i
	for end > 0 && strings.IndexByte(" \t\"'\\]", text[end-1]) >= 0 {
		end--
	}
	start := end
	for start > 0 && isNameByte(text[start-1]) {
		start--
	}
	p := pair{name: text[start:end], sep: text[i]}
	if p.name == "" || len(p.name) > 128 {
		return p, false
	}
	if p.sep == ':' && start > 0 && text[start-1] == ':' { // a part of an ARN or of a reference
		return p, false
	}
	next := i + 1
	if next < len(text) && (text[next] == '>' || text[i] == ':' && text[next] == '=') {
		next++
	}
	if next < len(text) && (text[next] == ':' || text[next] == '=') { // AWS::..., ==
		return p, false
	}
	for next < len(text) && (text[next] == ' ' || text[next] == '\t') {
		next++
	}
	p.value(text, next, lineStart(text, start))
	return p, p.to > p.from
}

// value finds where the value that starts at i ends. A quoted value ends at
// its quote, as deeply escaped as the opening one; an unquoted one at the next
// blank or delimiter, or, in a line that is nothing but the pair, at its end.
func (p *pair) value(text string, i int, whole bool) {
	q := i
	for q < len(text) && text[q] == '\\' {
		q++
	}
	if q < len(text) && (text[q] == '"' || text[q] == '\'') {
		p.quoted = true
		p.from = q + 1
		p.to = closing(text, p.from, text[q], q-i)
		return
	}
	p.from, p.to = i, i
	if i < len(text) && strings.IndexByte("{[|&", text[i]) >= 0 && !strings.HasPrefix(text[i:], "[redacted]") {
		return // a structure, a block or the next parameter
	}
	stop := " \t\r\n\"'`,;&}])\\"
	if whole && p.sep == ':' || lastWord(p.name) == "cookie" {
		stop = "\r\n\"'"
	}
	for p.to < len(text) && strings.IndexByte(stop, text[p.to]) < 0 {
		p.to++
	}
}

// closing returns where a string that began before from ends: at a quote that
// is preceded by exactly depth backslashes, or at the end of the text.
func closing(text string, from int, quote byte, depth int) int {
	slashes := 0
	for i := from; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			slashes++
			continue
		case text[i] == quote && slashes <= depth:
			return i - slashes
		}
		slashes = 0
	}
	return len(text)
}

// skipScheme leaves the scheme of an Authorization header readable.
func (p *pair) skipScheme(text string) {
	word, _, ok := strings.Cut(text[p.from:], " ")
	if !ok || p.from+len(word) > p.to || !slices.Contains(authSchemes, strings.ToLower(word)) {
		return
	}
	p.from += len(word) + 1
	for p.to = p.from; p.to < len(text) && strings.IndexByte(" \t\r\n\"'`,;", text[p.to]) < 0; {
		p.to++
	}
}

var authSchemes = []string{"bearer", "basic", "digest", "token", "apikey", "aws4-hmac-sha256"}

// prose reports whether the pair is a sentence with a colon ("unexpected
// token: expected a comma") and not a name with its value.
func (p *pair) prose(text string) bool {
	v := text[p.from:p.to]
	w := words(p.name)
	last := lastWord(p.name)
	if strings.HasPrefix(last, "pass") {
		return false
	}
	if last == "pwd" {
		return strings.HasPrefix(v, "/") // the working directory
	}
	if p.sep == ':' && namesError(w) && sentence(v) {
		return true // the code of an error with its message
	}
	if last == "sig" || last == "signature" {
		return p.sep != '='
	}
	if p.skipScheme(text); p.to-p.from < len(v) || last == "cookie" {
		return false
	}
	if p.sep == '=' || p.quoted && len(w) > 1 || len(w) > 1 && len(v) >= 8 {
		return false
	}
	return len(v) < 16 && !strings.ContainsAny(v, "0123456789")
}

// namesError reports whether the words of a name say what went wrong with a
// secret: SignatureDoesNotMatch, ExpiredToken.
func namesError(name []string) bool {
	return slices.ContainsFunc(name, func(word string) bool { return slices.Contains(errorWords, word) })
}

var errorWords = []string{"not", "no", "expired", "invalid", "mismatch", "missing", "denied", "failed", "unknown", "revoked", "rejected", "incomplete", "malformed"}

// sentence reports whether a value reads like a message: four words at least,
// the first of letters, with a capital.
func sentence(v string) bool {
	f := strings.Fields(v)
	return len(f) >= 4 && isUpper(f[0][0]) && strings.IndexFunc(f[0], func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

func lastWord(name string) string {
	w := words(name)
	if len(w) == 0 {
		return ""
	}
	return w[len(w)-1]
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// lineStart reports whether only white space, a list dash or an opening quote
// stands before i on its line.
func lineStart(text string, i int) bool {
	for i > 0 && strings.IndexByte(" \t-\"'", text[i-1]) >= 0 {
		i--
	}
	return i == 0 || text[i-1] == '\n'
}

// secretName reports whether a name says that its value is a secret.
func secretName(name string) bool {
	w := words(name)
	if len(w) == 0 || slices.Contains(openWords, w[len(w)-1]) {
		return false
	}
	for i, word := range w {
		prev := ""
		if i > 0 {
			prev = w[i-1]
		}
		switch word {
		case "password", "passwd", "pwd", "passphrase", "passcode", "secret", "secrets", "apikey", "credential",
			"credentials", "authorization", "cookie", "dsn", "salt", "webhook", "connectionstring", "accesskey",
			"secretkey", "privatekey", "sig", "signature", "pass", "userpassword", "authtoken", "accesstoken":
			return true
		case "token":
			return !slices.Contains([]string{"request", "client", "next", "page", "continuation", "idempotency", "pagination", "starting", "max", "unexpected"}, prev)
		case "key":
			if slices.Contains([]string{"api", "access", "private", "secret", "signing", "encryption", "auth", "account", "session", "shared", "license", "master", "jwt", "hmac"}, prev) {
				return true
			}
		case "string", "str":
			if prev == "connection" || prev == "conn" {
				return true
			}
		}
	}
	return false
}

// openWords end the names of things that are about a secret and are none.
var openWords = []string{
	"id", "arn", "name", "type", "types", "count", "length", "expiry", "expires", "expiration", "ttl", "version",
	"policy", "field", "header", "headers", "path", "file", "region", "validity", "units", "days", "hours", "minutes", "seconds",
	"required", "enabled", "disabled", "manager", "scopes", "scope", "source", "endpoint", "limit", "size",
	"provider", "attachment", "rotation", "stage", "algorithm", "format", "error", "exception", "status", "reference", "ref",
}

// words splits a name at case changes, digits apart, and punctuation, in lower
// case: "dbMasterPassword", "DB_MASTER_PASSWORD" and "db-master-password" are
// the same three words.
func words(name string) []string {
	var list []string
	start := 0
	flush := func(end int) {
		if end > start {
			list = append(list, strings.ToLower(name[start:end]))
		}
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9':
			flush(i)
			start = i + 1
		case i > start && isUpper(c) && (!isUpper(name[i-1]) || i+1 < len(name) && isLower(name[i+1])):
			flush(i)
			start = i
		}
	}
	flush(len(name))
	return list
}

func isUpper(c byte) bool { return unicode.IsUpper(rune(c)) && c < 0x80 }
func isLower(c byte) bool { return unicode.IsLower(rune(c)) && c < 0x80 }

// openVariable reports whether an environment variable can be shown: its name
// says what it holds, and that is no secret.
func openVariable(name string) bool {
	if secretName(name) {
		return false
	}
	for _, p := range []string{"AWS_LWA_", "AWS_LAMBDA_", "POWERTOOLS_", "OTEL_", "DD_", "NODE_", "PYTHON", "JAVA_", "LD_", "LAMBDA_", "READINESS_CHECK_"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	w := words(name)
	return len(w) > 0 && slices.Contains(openVariables, w[len(w)-1])
}

// openVariables end the names of variables that hold settings.
var openVariables = []string{
	"table", "tables", "bucket", "queue", "topic", "stream", "function", "name", "arn", "region", "host", "hostname", "port",
	"endpoint", "url", "uri", "path", "dir", "level", "env", "environment", "stage", "profile", "home", "tz", "lang", "timeout",
	"size", "limit", "enabled", "disabled", "debug", "version", "mode", "format", "ttl", "count", "origin", "origins", "methods",
	"memory", "handler", "wrapper", "partition", "domain", "index", "cluster", "database", "db", "schema", "type", "service", "log", "protocol", "status",
}

var splitPair = sync.OnceValues(func() (*regexp.Regexp, *regexp.Regexp) {
	return regexp.MustCompile(`(?i)\b(ParameterKey=)([A-Za-z0-9_]+)(,\s*ParameterValue=\\*"?)([^\s"',\\]+)`),
		regexp.MustCompile(`(?i)(\\*["']?\b(?:ParameterKey|Name|Key)\\*["']?\s*:\s*\\*["']?)([A-Za-z0-9_.-]+)(\\*["']?\s*,?\s*\\*["']?(?:ParameterValue|Value)\\*["']?[ \t]*:[ \t]*\\*["']?)([^\s"',}\\]+)`)
})

// redactSplitPairs hides values that stand apart from their name:
// {"Name": "DB_PASSWORD", "Value": "..."}, ParameterKey=..,ParameterValue=..
func redactSplitPairs(text string) string {
	flags, objects := splitPair()
	for _, re := range []*regexp.Regexp{flags, objects} {
		text = re.ReplaceAllStringFunc(text, func(m string) string {
			p := re.FindStringSubmatch(m)
			if !secretName(p[2]) || isReference(p[4]) {
				return m
			}
			return p[1] + p[2] + p[3] + Redacted
		})
	}
	return text
}
