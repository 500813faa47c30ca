package diagnostics

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// RedactText hides what looks like a credential in a text: keys and tokens of
// known shape, private keys, passwords in URLs, and the values of pairs
// (key=value, key: value, JSON, command line flags) whose key names a secret.
// It leaves the rest of the text, its lines and the shape of error messages
// as they are.
func RedactText(text string) string {
	for range 4 { // one replacement can uncover another; a clean text needs one look
		hints := hintsIn(text)
		if hints == 0 {
			return text
		}
		next := text
		for _, r := range secretRules() {
			if hints&r.hints != 0 {
				next = r.replace(next)
			}
		}
		if next == text {
			return text
		}
		text = next
	}
	return text
}

// Hints are substrings without which a rule cannot match. One pass over the
// text finds them all, which keeps the rules away from most log lines.
const (
	hintName = 1 << iota // a word that names a secret
	hintURL              // "://"
	hintPEM              // "-----begin"
	hintKey              // the prefix of a key or token
	hintEcho             // " measured:"
	hintPair             // "value", as in Name: ..., Value: ...
	hintAuth             // bearer, basic
)

var hintWords = map[byte][]struct {
	word string
	hint int
}{
	'p': {{"pass", hintName}, {"pwd", hintName}, {"pypi-", hintKey}},
	's': {{"secret", hintName}, {"sig", hintName}, {"salt", hintName}, {"sk-", hintKey}, {"sk_", hintKey}, {"sg.", hintKey}},
	't': {{"token", hintName}},
	'k': {{"key", hintName}},
	'n': {{"npm_", hintKey}},
	'v': {{"value", hintPair}},
	'c': {{"cred", hintName}, {"cookie", hintName}, {"conn", hintName}},
	'a': {{"auth", hintName}, {"akia", hintKey}, {"asia", hintKey}, {"abia", hintKey}, {"acca", hintKey}, {"aiza", hintKey}, {"aqo", hintKey}},
	'd': {{"dsn", hintName}, {"discord", hintKey}},
	'w': {{"webhook", hintName}, {"whsec_", hintKey}},
	'b': {{"bearer", hintAuth}, {"basic", hintAuth}},
	'm': {{"measured", hintEcho}},
	':': {{"://", hintURL}, {":aa", hintKey}},
	'-': {{"-----begin", hintPEM}},
	'e': {{"eyj", hintKey}},
	'f': {{"fwog", hintKey}, {"fqog", hintKey}},
	'i': {{"iqoj", hintKey}},
	'g': {{"ghp_", hintKey}, {"gho_", hintKey}, {"ghs_", hintKey}, {"ghu_", hintKey}, {"ghr_", hintKey}, {"github_pat_", hintKey}, {"glpat-", hintKey}},
	'x': {{"xox", hintKey}, {"xapp-", hintKey}},
	'h': {{"hooks.slack.com", hintKey}},
	'r': {{"rk_", hintKey}},
}

// hintTable is hintWords by byte: a map look-up for each byte would cost more
// than the rules it saves.
var hintTable = sync.OnceValue(func() *[256][]struct {
	word string
	hint int
} {
	var t [256][]struct {
		word string
		hint int
	}
	for c, words := range hintWords {
		t[c] = words
		t[unicode.ToUpper(rune(c))] = words
	}
	return &t
})

func hintsIn(text string) int {
	found, table := 0, hintTable()
	for i := 0; i < len(text); i++ {
		for _, w := range table[text[i]] {
			if len(text)-i >= len(w.word) && text[i+1]|0x20 == w.word[1]|0x20 && strings.EqualFold(text[i:i+len(w.word)], w.word) {
				found |= w.hint
			}
		}
	}
	return found
}

type secretRule struct {
	hints   int
	replace func(string) string
}

var secretRules = sync.OnceValue(func() []secretRule {
	by := func(pattern, with string) func(string) string {
		re := regexp.MustCompile(pattern)
		return func(t string) string { return re.ReplaceAllString(t, with) }
	}
	return []secretRule{
		{hintPEM, redactPEM},
		{hintEcho, redactEcho},
		{hintKey, redactAWSKeys},
		// A session token is base64 of a structure that always starts alike.
		{hintKey, by(`\b(FwoG|FQoG|AQoD|AQoE|IQoJ)[A-Za-z0-9/+=%_-]{60,}`, "$1"+Redacted)},
		// JSON Web Tokens, and the one-part tokens of docker login to ECR.
		{hintKey, by(`\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*`, "eyJ"+Redacted)},
		{hintKey, by(`\beyJ[A-Za-z0-9+/=_-]{40,}`, "eyJ"+Redacted)},
		{hintKey, by(`\b(gh[opsur]_|github_pat_|glpat-|npm_|pypi-|xox[abeprs]-|xapp-|[rs]k_live_|[rs]k_test_|whsec_|sk-(?:ant-|proj-)?|AIza|SG\.)[A-Za-z0-9_.-]{16,}`, "$1"+Redacted)},
		{hintKey, by(`\b(\d{8,10}):AA[A-Za-z0-9_-]{30,}`, "$1:"+Redacted)}, // Telegram bots
		{hintKey, by(`(?i)(hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/)[A-Za-z0-9_/-]+`, "${1}"+Redacted)},
		{hintAuth, by(`(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{16,}`, "$1$2"+Redacted)},
		{hintURL, redactURL},
		{hintPair, redactSplitPairs},
		{hintName, redactPairs},
		{hintName, by(`(?i)(\s--?[a-z0-9-]*(?:password|passwd|passphrase|token|secret|api-?key)\s+)[^\s*<$-][^\s]*`, "$1"+Redacted)},
	}
})

var pem = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)((?s:.*?))(-----END|\z)`)
})

// redactPEM hides private keys and keeps their line breaks.
func redactPEM(text string) string {
	return pem().ReplaceAllStringFunc(text, func(m string) string {
		p := pem().FindStringSubmatch(m)
		return p[1] + Redacted + strings.Repeat("\n", strings.Count(p[2], "\n")) + p[3]
	})
}

var awsKeys = sync.OnceValues(func() (*regexp.Regexp, *regexp.Regexp) {
	return regexp.MustCompile(`\b(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b`),
		regexp.MustCompile(`[A-Za-z0-9/+]{40,}`)
})

// redactAWSKeys hides access key ids, and with them the 40 characters of the
// secret key that people paste beside them.
func redactAWSKeys(text string) string {
	id, secret := awsKeys()
	if !id.MatchString(text) {
		return text
	}
	text = id.ReplaceAllString(text, "$1"+Redacted)
	return secret.ReplaceAllStringFunc(text, func(m string) string {
		if len(m) == 40 && mixed(m) {
			return Redacted
		}
		return m
	})
}

var urlSecret = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)(?:([^\s/@:"'<>]*):([^\s/"'<>]+)|([^\s/@:"'<>]{20,}))@`)
})

// redactURL hides the password of scheme://user:password@host, and a user that
// can only be a token.
func redactURL(text string) string {
	return urlSecret().ReplaceAllStringFunc(text, func(m string) string {
		p := urlSecret().FindStringSubmatch(m)
		switch {
		case p[4] != "" && !isReference(p[4]):
			return p[1] + Redacted + "@"
		case p[3] != "" && !isReference(p[3]):
			return p[1] + p[2] + ":" + Redacted + "@"
		}
		return m
	})
}

// distinctive reports whether a value may be searched for everywhere: long
// enough, and, where its name does not say that it is a secret, random enough.
func distinctive(v string, named bool) bool {
	if strings.Trim(v, "*") == "" || strings.ContainsAny(v, "\n\r") || isWord(v) {
		return false
	}
	if named {
		return len(v) >= 8 || len(v) >= 6 && strings.ContainsAny(v, "0123456789")
	}
	return len(v) >= 16 && mixed(v) && !strings.ContainsAny(v, " :/.")
}

// mixed reports whether a value has upper case, lower case and digits, as
// random strings have and hexadecimal digests have not.
func mixed(v string) bool {
	return strings.ContainsAny(v, "0123456789") && strings.ToLower(v) != v && strings.ToUpper(v) != v
}

// isReference reports whether a value only says where a secret is kept or is
// no value at all.
func isReference(v string) bool {
	v = strings.TrimSpace(v)
	lower := strings.ToLower(v)
	for _, p := range []string{"{{resolve:", "${", "{{", "$(", "<", "arn:", "!ref", "!sub", "!getatt", "!importvalue", "!if", "!join", "!select", "!findinmap", "fn::"} {
		if strings.HasPrefix(lower, p) {
			return true
		}
	}
	return strings.Trim(v, "*") == "" || isWord(lower) || len(v) > 1 && v[0] == '$' && strings.ToUpper(v) == v
}

func isWord(v string) bool {
	switch strings.ToLower(v) {
	case "", "true", "false", "null", "none", "nil", "undefined", "required", "optional", "string", "yes", "no", "xxx", "[redacted]", "redacted", "[object", "(none)":
		return true
	}
	return false
}
