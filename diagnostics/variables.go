package diagnostics

import (
	"regexp"
	"strings"
	"sync"
)

var variableMap = sync.OnceValues(func() (*regexp.Regexp, *regexp.Regexp) {
	return regexp.MustCompile(`(?i)String\s+measured\s*:\s*\\*\{`),
		regexp.MustCompile(`\\*"Variables\\*"\s*:\s*\{`)
})

// redactEcho hides what Lambda echoes when the environment exceeds 4 KB:
// "String measured: {...}" holds every variable with its value.
func redactEcho(text string) string {
	echo, _ := variableMap()
	return redactMaps(text, echo, func(string) bool { return true })
}

// redactVariableMaps hides the values of the "Variables" objects in a
// resource's properties, as the configuration of the function does.
func redactVariableMaps(text string) string {
	_, variables := variableMap()
	return redactMaps(text, variables, func(name string) bool { return !openVariable(name) })
}

// redactMaps hides the values of the flat objects that begin where start
// matches. The object may be cut off.
func redactMaps(text string, start *regexp.Regexp, hide func(name string) bool) string {
	found := start.FindAllStringIndex(text, -1)
	if found == nil {
		return text
	}
	var b strings.Builder
	last := 0
	for _, m := range found {
		if m[1] < last {
			continue
		}
		end := objectEnd(text, m[1])
		b.WriteString(text[last:m[1]])
		b.WriteString(replacePairs(text[m[1]:end], func(p pair) bool { return hide(p.name) }))
		last = end
	}
	b.WriteString(text[last:])
	return b.String()
}

// objectEnd returns where the object whose brace was opened before i is
// closed, or the end of the text. Braces within strings do not count.
func objectEnd(text string, i int) int {
	depth := 1
	for ; i < len(text); i++ {
		switch text[i] {
		case '"':
			slashes := 0
			for i-slashes > 0 && text[i-slashes-1] == '\\' {
				slashes++
			}
			if i = closing(text, i+1, '"', slashes); i < len(text) {
				for i < len(text) && text[i] == '\\' {
					i++
				}
			}
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

var noEcho = sync.OnceValues(func() (*regexp.Regexp, *regexp.Regexp) {
	return regexp.MustCompile(`(?im)^([ \t]*)NoEcho[ \t]*:[ \t]*["']?(?:true|yes|on)\b`),
		regexp.MustCompile(`(?i)"NoEcho"\s*:\s*"?true\b`)
})

// span is a part of a text.
type span struct{ from, to int }

// redactNoEcho hides the defaults of the template's NoEcho parameters.
func redactNoEcho(text string) string {
	var b strings.Builder
	last := 0
	for _, s := range noEchoSpans(text) {
		if s.from < last || isReference(text[s.from:s.to]) {
			continue
		}
		b.WriteString(text[last:s.from])
		b.WriteString(Redacted)
		last = s.to
	}
	if last == 0 {
		return text
	}
	b.WriteString(text[last:])
	return b.String()
}

func noEchoDefaults(text string) []string {
	var list []string
	for _, s := range noEchoSpans(text) {
		list = append(list, text[s.from:s.to])
	}
	return list
}

// noEchoSpans finds the values of the Default beside a NoEcho: true, in YAML
// by indentation, in JSON by braces.
func noEchoSpans(text string) []span {
	if !strings.Contains(strings.ToLower(text), "noecho") {
		return nil
	}
	yaml, json := noEcho()
	var list []span
	for _, m := range yaml.FindAllStringSubmatchIndex(text, -1) {
		list = append(list, yamlDefault(text, m[0], text[m[2]:m[3]])...)
	}
	for _, m := range json.FindAllStringIndex(text, -1) {
		from := objectStart(text, m[0])
		list = append(list, defaultsIn(text, from, objectEnd(text, from))...)
	}
	return list
}

// yamlDefault looks for a Default among the siblings of the line at i.
func yamlDefault(text string, i int, indent string) []span {
	from, to := i, i
	for from > 0 {
		prev := strings.LastIndexByte(text[:from-1], '\n') + 1
		if !within(text[prev:from-1], indent) {
			break
		}
		from = prev
	}
	for to < len(text) {
		next := len(text)
		if n := strings.IndexByte(text[to:], '\n'); n >= 0 {
			next = to + n + 1
		}
		if !within(strings.TrimSuffix(text[to:next], "\n"), indent) {
			break
		}
		to = next
	}
	return defaultsIn(text, from, to)
}

// within reports whether a line belongs to the block of an indentation.
func within(line, indent string) bool {
	return strings.TrimSpace(line) == "" || strings.HasPrefix(line, indent)
}

func defaultsIn(text string, from, to int) []span {
	var list []span
	for i := from; i < to; i++ {
		if text[i] != ':' {
			continue
		}
		if p, ok := pairAt(text[:to], i); ok && p.name == "Default" {
			list = append(list, span{p.from, p.to})
			i = p.to
		}
	}
	return list
}

// objectStart returns the place after the brace that encloses i.
func objectStart(text string, i int) int {
	depth := 0
	for i--; i >= 0; i-- {
		switch text[i] {
		case '}':
			depth++
		case '{':
			if depth--; depth < 0 {
				return i + 1
			}
		}
	}
	return 0
}
