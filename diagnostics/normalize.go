package diagnostics

import "strings"

// Normalize makes a raw text comparable: white space is folded to single
// blanks.
func Normalize(text string) string { return strings.Join(strings.Fields(text), " ") }
