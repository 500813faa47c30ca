package playbooks

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// A filter tells from the bytes of a text which signals can match it. Every
// signal has triggers: short pieces of the literals that its pattern spells
// out, of which one must be in the text. Signals with long literals are sought
// by wide windows, which move fast; those of which only a short one is known,
// by narrow ones.
type filter struct {
	wide   *seeker
	narrow *seeker // nil where no signal needs it
	always []int   // signals without triggers
}

const (
	classBits = 5
	pieceBits = 3 * classBits
	piece     = 3 // bytes whose commonness is known
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

func slot(a, b, c byte) uint16 {
	return (classes[a]<<(2*classBits) | classes[b]<<classBits | classes[c]) & (1<<pieceBits - 1)
}

// newFilter builds the filter of signals whose required sets are given.
func newFilter(required [][][]string) *filter {
	f := &filter{}
	chosen := make([][]string, len(required))
	wide, narrow := maxWidth, 0
	for i, sets := range required {
		chosen[i] = rarest(sets)
		switch width := width(chosen[i]); {
		case width == 0:
			f.always = append(f.always, i)
		case width < goodWidth:
			narrow = min(cmp.Or(narrow, width), width)
		default:
			wide = min(wide, width)
		}
	}
	f.wide = newSeeker(wide)
	if narrow > 0 {
		f.narrow = newSeeker(narrow)
	}
	for i, words := range chosen {
		s := f.wide
		if width(words) < goodWidth {
			s = f.narrow
		}
		for _, w := range words {
			s.add(rarestWindow(w, s.width), i)
		}
	}
	return f
}

// width is that of the widest window that all words have room for.
func width(words []string) int {
	if len(words) == 0 {
		return 0
	}
	return min(shortest(words), maxWidth)
}

// scan calls hit for every place where a trigger ends, in no order; the signals
// are those that the text can match because of it.
func (f *filter) scan(text []byte, hit func(end int, signals []int)) {
	f.wide.seek(text, hit)
	if f.narrow != nil {
		f.narrow.seek(text, hit)
	}
}

// rarest chooses the set to look for: the one whose windows are wide enough
// and whose pieces healthy texts hold the least.
func rarest(sets [][]string) []string {
	var best []string
	lowest := 0
	for _, set := range sets {
		pieces, cost := price(set)
		if pieces != nil && (best == nil || cost < lowest) {
			best, lowest = pieces, cost
		}
	}
	return best
}

// price is what it costs to look for a set: how often healthy texts hold its
// pieces. A set with a piece that is too short has none.
func price(set []string) (pieces []string, cost int) {
	for _, w := range set {
		if p := sturdy(w); !slices.Contains(pieces, p) {
			pieces = append(pieces, p)
		}
	}
	short := shortest(pieces)
	if short < minWidth {
		return nil, 0
	}
	cost = max(0, goodWidth-short) * 100_000
	for _, p := range pieces {
		w := rarestWindow(p, min(len(p), goodWidth))
		cost += 5 + commonness(w) + heat(w)/10
	}
	return pieces, cost
}

// goodWidth is the width from which on a window moves fast.
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

func notSturdy(r rune) bool { return !plainRune(r, true) }

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
		c := commonness(literal[i:i+width]) + heat(literal[i:i+width])
		if lowest < 0 || c < lowest {
			best, lowest = literal[i:i+width], c
		}
	}
	return best
}

// commonness counts how often the three-byte pieces of a window stand in
// healthy texts; a window of which every piece does is nearly of no use.
func commonness(window string) int {
	sum, least := 0, 1<<16
	for i := 0; i+piece <= len(window); i++ {
		n := int(healthyPieces[slot(window[i], window[i+1], window[i+2])])
		sum += n
		least = min(least, n)
	}
	return sum + everyday*least
}

// heat tells how often healthy texts would stop at a window: they hold its last
// block, or another one that has the same place.
func heat(window string) int {
	sum := 0
	for end := 4; end <= len(window); end++ {
		n := int(healthyBlocks[placeOf(binary.LittleEndian.Uint32([]byte(window[end-4:end])), wholeBlock)])
		if end == len(window) {
			n *= 10
		}
		sum += 100 * n
	}
	return sum
}

// healthyBlocks counts the blocks of healthy texts by their places.
var healthyBlocks = func() *[places]uint8 {
	var count [places]uint8
	for text := []byte(healthy); len(text) >= 4; text = text[1:] {
		p := placeOf(binary.LittleEndian.Uint32(text), wholeBlock)
		count[p] = min(count[p], 254) + 1
	}
	return &count
}()

// healthyPieces counts three-byte pieces of what logs hold when all is well.
var healthyPieces = func() *[1 << pieceBits]uint16 {
	var count [1 << pieceBits]uint16
	text := strings.Join(strings.Fields(healthy), " ")
	for i := 0; i+piece <= len(text); i++ {
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
2026-03-01T10:00:00.000Z 8f1c2d3e INFO DEBUG WARN user order created updated handler response status 200 OK latency path method GET POST PUT headers with from for to of in
(c14d527d-6a06) Method request path: {proxy=orders} HTTP Method: GET, Resource Path: /orders Method completed with status: 200
(c14d527d-6a06) Endpoint request URI: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:orders/invocations
(c14d527d-6a06) Endpoint request headers: {x-amzn-lambda-integration-tag, Authorization, X-Amz-Date, x-amzn-apigateway-api-id, Accept, User-Agent, X-Amz-Security-Token}
(c14d527d-6a06) Received response. Status: 200, Integration latency: 154 ms Endpoint response headers: {Content-Type=application/json, Content-Length=42, Connection=keep-alive}
CREATE_IN_PROGRESS AWS::Lambda::Function OrdersFunction Resource creation Initiated CREATE_COMPLETE UPDATE_COMPLETE AWS::CloudFormation::Stack shop
LOGS Name: extension State: Subscribed Types: [platform, function] EXTENSION Name: extension State: Ready Events: [INVOKE, SHUTDOWN]
`
