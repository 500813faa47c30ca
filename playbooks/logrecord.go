package playbooks

import "bytes"

const (
	recordReach = 14 << 10 // bytes that a record has before and after a mark, at most
	recordLines = 48
	longLine    = 64 << 10
)

// lineAround returns the borders of the line that holds a place.
func lineAround(buf []byte, at int) (from, to int) {
	return bytes.LastIndexByte(buf[:at], '\n') + 1, at + lineLength(buf[at:])
}

// recordAround returns the record that holds a place in the line given: the
// line with those that continue it. In a line that is a whole export it is the
// item around the place.
func recordAround(buf []byte, at, from, to int) (int, int) {
	if to-from > longLine {
		return itemAround(buf, max(from, at-recordReach), at, min(to, at+recordReach))
	}
	for n := 0; from > 0 && n < recordLines && at-from < recordReach && continues(buf[from:to]); n++ {
		from = bytes.LastIndexByte(buf[:from-1], '\n') + 1
	}
	for n := 0; to < len(buf) && n < recordLines; n++ {
		next := to + lineLength(buf[to:])
		if next-at > recordReach || !continues(buf[to:next]) {
			break
		}
		to = next
	}
	return from, to
}

// itemAround narrows a part of a long line to one item of a JSON list.
func itemAround(buf []byte, from, at, to int) (int, int) {
	border := []byte("},")
	if i := bytes.LastIndex(buf[from:at], border); i >= 0 {
		from += i + len(border)
	}
	if i := bytes.Index(buf[at:to], border); i >= 0 {
		to = at + i + 1
	}
	return from, to
}

// goesOn are the beginnings of lines that belong to the line above.
var goesOn = [][]byte{
	[]byte("Traceback (most recent"), []byte("Caused by:"), []byte("During handling of"), []byte("The above exception"),
	[]byte("XRAY TraceId"), []byte("Runtime."), []byte("..."),
}

// continues reports whether a line belongs to the record above: it is
// indented, closes a bracket, or goes on with a stack trace. The rows of a
// table are indented and stand for themselves.
func continues(line []byte) bool {
	if len(line) == 0 {
		return false
	}
	switch line[0] {
	case '}', ']', ')':
		return true
	case ' ', '\t':
		trimmed := bytes.TrimLeft(line, " \t")
		return len(trimmed) > 0 && trimmed[0] != '|' && trimmed[0] != '\n' && trimmed[0] != '\r'
	}
	for _, g := range goesOn {
		if bytes.HasPrefix(line, g) {
			return true
		}
	}
	return false
}
