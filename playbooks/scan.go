package playbooks

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"firstaid/diagnostics"
)

// A Hit is a failure in a stream. A stream is taken apart into records: a line
// with the lines that continue it (a stack trace, indented JSON). Words that
// were broken at the end of a line are not put together in a stream; Explain
// does that.
type Hit struct {
	Match
	Line int64     // of the record's first line, from 1
	At   time.Time // as the record says; zero where it says nothing
	Text string    // of the record, as it was read
}

// ScanOptions say how a stream is read.
type ScanOptions struct {
	From     Origin
	Workers  int         // 0 for one on every core
	Progress func(n int) // told how many bytes were read, by one goroutine; may be nil
}

// Scan reads a stream of any length in constant memory and calls found for
// every record that matches, in order, with its best match. It stops at the
// first error of found, and when ctx ends.
func (m *Matcher) Scan(ctx context.Context, r io.Reader, o ScanOptions, found func(Hit) error) error {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ordered := make(chan chan scanned, o.Workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(ordered)
		return m.readBlocks(ctx, r, o, ordered, group)
	})
	for line := int64(1); ; {
		select {
		case result, more := <-ordered:
			if !more {
				return group.Wait()
			}
			s := <-result
			for _, h := range s.hits {
				h.Line += line
				if err := found(h); err != nil {
					return err
				}
			}
			line += int64(s.lines)
		case <-ctx.Done():
			return context.Cause(ctx) // a read that hangs is not waited for
		}
	}
}

// scanned is what one block holds; lines of hits count from the block's first.
type scanned struct {
	hits  []Hit
	lines int
}

// readBlocks cuts the stream into blocks and hands each to a goroutine. There
// are as many of them as the channel has places.
func (m *Matcher) readBlocks(ctx context.Context, r io.Reader, o ScanOptions, ordered chan<- chan scanned, group *errgroup.Group) error {
	in := newCutter(r, o.Progress, o.Workers+2)
	for {
		b, err := in.next()
		if b != nil {
			result := make(chan scanned, 1)
			select {
			case ordered <- result:
			case <-ctx.Done():
				return ctx.Err()
			}
			group.Go(func() error {
				result <- m.scanBlock(b, o.From)
				in.release(b)
				return nil
			})
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// scanBlock finds and judges the records that begin in a block.
func (m *Matcher) scanBlock(b *textBlock, from Origin) scanned {
	s := scanned{lines: bytes.Count(b.buffer[b.from:b.to], newline)}
	counted, lines := b.from, 0
	var low []byte
	var known memo
	for _, r := range m.spans(b) {
		text := bytes.TrimRight(b.buffer[r.from:r.to], "\r\n")
		low = appendLower(low[:0], text)
		if r.from < b.from || r.from >= b.to || !m.plausible(low, r.signals, &known) {
			continue // it begins in another block, or has only a part of what matches
		}
		matches := m.Match(string(text), from)
		if len(matches) == 0 {
			continue
		}
		lines += bytes.Count(b.buffer[counted:r.from], newline)
		counted = r.from
		s.hits = append(s.hits, Hit{Match: matches[0], Line: int64(lines), At: diagnostics.TimeOf(string(text)), Text: string(text)})
	}
	return s
}

var newline = []byte{'\n'}

// A span is a record that can match. Nil signals mean any.
type span struct {
	from, to int
	signals  []int
}

// A mark is a place in a block that makes its record worth a look.
type mark struct {
	at      int
	signals []int
}

// spans lists the records with a mark, in order, each once.
func (m *Matcher) spans(b *textBlock) []span {
	var list []span
	lineFrom, lineTo := 0, 0
	for _, k := range m.marks(b) {
		if n := len(list) - 1; n >= 0 && k.at < list[n].to {
			list[n].add(k.signals)
			continue
		}
		if k.at >= lineTo {
			lineFrom, lineTo = lineAround(b.buffer[:b.end], k.at)
		}
		from, to := recordAround(b.buffer[:b.end], k.at, lineFrom, lineTo)
		if n := len(list) - 1; n >= 0 {
			from = max(from, list[n].to)
		}
		list = append(list, span{from, to, slices.Clone(k.signals)})
	}
	return list
}

func (s *span) add(signals []int) {
	if s.signals == nil || signals == nil {
		s.signals = nil
		return
	}
	for _, i := range signals {
		if !slices.Contains(s.signals, i) {
			s.signals = append(s.signals, i)
		}
	}
}

// marks lists the places where a trigger stands, and those where the raw text
// may hide one.
func (m *Matcher) marks(b *textBlock) []mark {
	var list []mark
	text := b.buffer[b.from:b.end]
	m.filter.scan(text, func(end int, signals []int) {
		list = append(list, mark{b.from + end - 1, signals})
	})
	joined := newSeams(text, maxWidth-1)
	for places := (rawPlaces{text: text}); ; {
		from, to, odd, ok := places.next()
		switch {
		case !ok:
		case odd:
			list = append(list, mark{b.from + from, nil})
		case text[to-1] != '\n' || continues(text[to:]):
			joined.add(from, to)
		}
		if !ok {
			break
		}
	}
	joined.end()
	m.filter.scan(joined.text, func(end int, signals []int) {
		list = append(list, mark{b.from + joined.place(end-1), signals})
	})
	if len(m.filter.always) > 0 { // a user's signal that spells nothing out
		for at := 0; at < len(text); at += lineLength(text[at:]) {
			list = append(list, mark{b.from + at, nil})
		}
	}
	slices.SortFunc(list, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	return list
}

// lineLength measures up to and with the line feed.
func lineLength(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// plausible reports whether a raw record, in lower case, has the words that one
// of the signals wants: those that a raw text shows unchanged. A blank may be
// two there, or a line feed written as two characters.
func (m *Matcher) plausible(low []byte, signals []int, known *memo) bool {
	if signals == nil {
		return true
	}
	holds := known.of(len(m.literals), func(literal int) bool {
		for word := range strings.FieldsFuncSeq(m.literals[literal], notSturdy) {
			if !bytes.Contains(low, []byte(word)) {
				return false
			}
		}
		return true
	})
	return slices.ContainsFunc(signals, func(i int) bool { return m.signals[i].demand.met(holds) })
}

func appendLower(low, text []byte) []byte {
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low = append(low, c)
	}
	return low
}
