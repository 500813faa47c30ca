package playbooks

import (
	"slices"
	"strings"
)

// A filter tells from the bytes of a text which signals can match it. Every
// signal has triggers: short pieces of the literals that its pattern spells
// out, of which one must be in the text. All triggers are sought at once, as Wu
// and Manber do (A fast algorithm for multi-pattern searching, 1994): the three
// bytes at the end of a window say how far the window may move on.
type filter struct {
	width  int // of a window, in bytes
	shift  [tableSize]uint8
	first  [tableSize]uint16 // 1 + index of the first trigger that ends in these three bytes
	chain  []trigger
	always []int // signals without triggers
}

// A trigger is one window of a literal, with the signals it speaks for.
type trigger struct {
	key     uint64
	signals []int
	next    uint16
}

const (
	classBits = 5
	tableSize = 1 << (3 * classBits)
	block     = 3 // bytes that a shift is looked up by
	maxWidth  = 8
	minWidth  = block
)

// classes fold a byte to five bits: case does not matter, all white space is
// one, and so are all digits; logs are full of those.
var classes = func() (t [256]uint16) {
	for i := range t {
		switch c := byte(i); {
		case c >= 'a' && c <= 'z':
			t[i] = uint16(c-'a') + 1
		case c >= 'A' && c <= 'Z':
			t[i] = uint16(c-'A') + 1
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			t[i] = 27
		case c >= '0' && c <= '9':
			t[i] = 28
		case c == ':' || c == '.' || c == '-' || c == '_':
			t[i] = 29
		case c < 0x80:
			t[i] = 30
		default:
			t[i] = 31
		}
	}
	return t
}()

// folded is a byte as windows are compared.
var folded = func() (t [256]byte) {
	for i := range t {
		c := byte(i)
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c == '\t' || c == '\n' || c == '\r':
			c = ' '
		}
		t[i] = c
	}
	return t
}()

func slot(a, b, c byte) uint16 {
	return (classes[a]<<(2*classBits) | classes[b]<<classBits | classes[c]) & (tableSize - 1)
}

// newFilter builds the filter of signals whose required sets are given. The
// window is as wide as the shortest literal allows.
func newFilter(required [][][]string) *filter {
	f := &filter{width: maxWidth}
	chosen := make([][]string, len(required))
	for i, sets := range required {
		chosen[i] = rarest(sets)
		if chosen[i] == nil {
			f.always = append(f.always, i)
			continue
		}
		for _, w := range chosen[i] {
			f.width = min(f.width, len(w))
		}
	}
	for i := range f.shift {
		f.shift[i] = uint8(f.width - block + 1)
	}
	byKey := map[uint64]int{}
	for i, words := range chosen {
		for _, w := range words {
			f.add(rarestWindow(w, f.width), i, byKey)
		}
	}
	return f
}

func (f *filter) add(window string, signal int, byKey map[uint64]int) {
	key := keyOf([]byte(window))
	if at, ok := byKey[key]; ok {
		if t := &f.chain[at]; !slices.Contains(t.signals, signal) {
			t.signals = append(t.signals, signal)
		}
		return
	}
	for i := 0; i+block <= len(window); i++ {
		s := slot(window[i], window[i+1], window[i+2])
		f.shift[s] = min(f.shift[s], uint8(len(window)-block-i))
	}
	n := len(window)
	s := slot(window[n-3], window[n-2], window[n-1])
	byKey[key] = len(f.chain)
	f.chain = append(f.chain, trigger{key: key, signals: []int{signal}, next: f.first[s]})
	f.first[s] = uint16(len(f.chain))
}

func keyOf(window []byte) uint64 {
	var key uint64
	for _, c := range window {
		key = key<<8 | uint64(folded[c])
	}
	return key
}

// scan calls hit for every place where a trigger ends; the signals are those
// that the text can match because of it.
func (f *filter) scan(text []byte, hit func(end int, signals []int)) {
	for i := f.width - 1; i < len(text); {
		s := slot(text[i-2], text[i-1], text[i])
		if n := f.shift[s]; n > 0 {
			i += int(n)
			continue
		}
		key := keyOf(text[i-f.width+1 : i+1])
		for t := f.first[s]; t > 0; t = f.chain[t-1].next {
			if f.chain[t-1].key == key {
				hit(i+1, f.chain[t-1].signals)
			}
		}
		i++
	}
}

// rarest chooses the set to look for: the one whose windows are wide enough
// and whose pieces healthy texts hold the least.
func rarest(sets [][]string) []string {
	var best []string
	lowest := 0
	for _, set := range sets {
		pieces := make([]string, 0, len(set))
		for _, w := range set {
			if p := sturdy(w); !slices.Contains(pieces, p) {
				pieces = append(pieces, p)
			}
		}
		short := shortest(pieces)
		if short < minWidth {
			continue
		}
		cost := max(0, goodWidth-short) * 100_000
		for _, p := range pieces {
			cost += 5 + commonness(rarestWindow(p, min(len(p), maxWidth)))
		}
		if best == nil || cost < lowest {
			best, lowest = pieces, cost
		}
	}
	return best
}

// goodWidth is the width that lets the window move by four bytes at a time.
const goodWidth = 6

// sturdy returns the piece of a literal to look for in a raw text: of its
// words, which look the same there, the one that healthy texts hold the least.
// Where all words are common or short, blanks may be in the piece, too.
func sturdy(literal string) string {
	best, lowest := "", 0
	for _, strict := range []bool{true, false} {
		for _, run := range runs(literal, strict) {
			if len(run) < goodWidth {
				continue
			}
			if c := commonness(rarestWindow(run, goodWidth)); best == "" || c < lowest {
				best, lowest = run, c
			}
		}
		if best != "" && lowest < everyday {
			return best
		}
	}
	if best != "" {
		return best
	}
	for _, run := range runs(literal, false) {
		if len(run) > len(best) {
			best = run
		}
	}
	return best
}

// everyday is the commonness of windows that healthy texts hold themselves.
const everyday = 1000

func runs(literal string, strict bool) []string {
	return strings.FieldsFunc(literal, func(r rune) bool { return !plainRune(r, strict) })
}

// sturdySets reduces required sets to what a raw text shows unchanged: the
// words of each literal, all of which are there. A blank may be two in a raw
// text, or a line feed written as two characters.
func sturdySets(sets [][]string) [][][]string {
	var list [][][]string
	for _, set := range sets {
		literals := make([][]string, 0, len(set))
		for _, literal := range set {
			literals = append(literals, runs(literal, true))
		}
		list = append(list, literals)
	}
	return list
}

func plainRune(r rune, strict bool) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == ':', r >= 0x80:
		return true
	case strict:
		return false
	}
	return !strings.ContainsRune(`"'/\&<>|[-.`, r)
}

// rarestWindow is the window of a literal that healthy texts hold the least.
func rarestWindow(literal string, width int) string {
	best, lowest := literal[:width], -1
	for i := 0; i+width <= len(literal); i++ {
		if c := commonness(literal[i : i+width]); lowest < 0 || c < lowest {
			best, lowest = literal[i:i+width], c
		}
	}
	return best
}

// commonness counts how often the three-byte pieces of a window stand in
// healthy texts; a window of which every piece does is nearly of no use.
func commonness(window string) int {
	sum, least := 0, 1<<16
	for i := 0; i+block <= len(window); i++ {
		n := int(healthyPieces[slot(window[i], window[i+1], window[i+2])])
		sum += n
		least = min(least, n)
	}
	return sum + everyday*least
}

// healthyPieces counts three-byte pieces of what logs hold when all is well.
var healthyPieces = func() *[tableSize]uint16 {
	var count [tableSize]uint16
	text := strings.Join(strings.Fields(healthy), " ")
	for i := 0; i+block <= len(text); i++ {
		count[slot(text[i], text[i+1], text[i+2])]++
	}
	return &count
}()

const healthy = `
INIT_START Runtime Version: python:3.12.v30 Runtime Version ARN: arn:aws:lambda:us-east-1::runtime:f89c264158db39a1cfcb
order customer service items user item customer service message message message customer service
START RequestId: 8f1c2d3e-aa38-233f-a179-4192846943ac Version: $LATEST 2026-03-01T10:00:00.000Z
END RequestId: 8f1c2d3e-aa38-233f-a179-4192846943ac
REPORT RequestId: 8f1c2d3e Duration: 12.34 ms Billed Duration: 13 ms Memory Size: 512 MB Max Memory Used: 80 MB Init Duration: 216.65 ms
XRAY TraceId: 1-6352a70e-1e2c502e358361800241fd45 SegmentId: 58c91264a2cb124e Sampled: true
{"time":"2026-03-01T10:00:00.000Z","type":"platform.report","record":{"requestId":"8f1c","metrics":{"durationMs":98.5,"billedDurationMs":99,"memorySizeMB":128,"maxMemoryUsedMB":47},"status":"success"}}
{"timestamp":"2026-03-01T10:00:00.000Z","level":"INFO","requestId":"d661f7cf","message":"Processing event","logger":"handler","service":"orders","function_name":"shop","xray_trace_id":"1-63"}
[INFO] 2026-03-01T10:00:00.000Z 8f1c2d3e Received event from queue, processing message with id, stored item in table, request completed
2026-03-01T10:00:00.000Z 8f1c2d3e INFO DEBUG WARN user order created updated handler response status 200 OK latency path method GET POST PUT headers
(c14d527d-6a06) Method request path: {proxy=orders} HTTP Method: GET, Resource Path: /orders Method completed with status: 200
(c14d527d-6a06) Endpoint request URI: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders/invocations
(c14d527d-6a06) Endpoint request headers: {x-amzn-lambda-integration-tag, Authorization, X-Amz-Date, x-amzn-apigateway-api-id, Accept, User-Agent, X-Amz-Security-Token}
(c14d527d-6a06) Received response. Status: 200, Integration latency: 154 ms Endpoint response headers: {Content-Type=application/json, Content-Length=42, Connection=keep-alive}
CREATE_IN_PROGRESS AWS::Lambda::Function OrdersFunction Resource creation Initiated CREATE_COMPLETE UPDATE_COMPLETE AWS::CloudFormation::Stack shop
LOGS Name: extension State: Subscribed Types: [platform, function] EXTENSION Name: extension State: Ready Events: [INVOKE, SHUTDOWN]
`
