package denial

import "strings"

// stretch is a part of the raw text, [from, to).
type stretch struct{ from, to int }

// columns returns the parts of a text to read, in order. A text without a
// table is one part. In an event table of `sam deploy` every column is wrapped
// on its own, so the reason column is read alone: its header tells where it is.
func columns(raw string) []stretch {
	const header = "ResourceStatusReason"
	h := strings.Index(raw, header)
	if h < 0 {
		return []stretch{{0, len(raw)}}
	}
	start := strings.LastIndexByte(raw[:h], '\n') + 1
	column := h - start
	if column == 0 || strings.Trim(raw[start:h], " ResourcStaTypLgilId") != "" {
		return []stretch{{0, len(raw)}} // the word in a sentence, not a header
	}
	out := []stretch{{0, start}}
	at := h + len(header)
	for at < len(raw) {
		end := len(raw)
		if nl := strings.IndexByte(raw[at:], '\n'); nl >= 0 {
			end = at + nl
		}
		line := raw[at:end]
		switch {
		case !inTable(line, column):
			out = append(out, stretch{at, end})
		case len(line) > column:
			out = append(out, stretch{at + column, end})
		}
		at = end + 1
	}
	return out
}

// inTable reports whether a line can be a row: a blank before the reason
// column, or a line that ends before it.
func inTable(line string, column int) bool {
	if strings.Trim(line, "-= \r") == "" {
		return true
	}
	if len(line) <= column {
		return strings.HasPrefix(line, " ") || strings.Contains(line, "   ") || strings.HasPrefix(line, "CREATE_") || strings.HasPrefix(line, "UPDATE_")
	}
	return line[column-1] == ' ' && (strings.HasPrefix(line, " ") || strings.Contains(line[:column], "  ") || upperStart(line))
}

func upperStart(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return strings.Contains(word, "_") && strings.ToUpper(word) == word
}
