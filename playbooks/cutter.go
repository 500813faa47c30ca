package playbooks

import "io"

const (
	blockSize = 1 << 20
	margin    = 32 << 10 // a record that begins in a block reaches no further beyond it
	maxLine   = 64 << 20 // a longer line is cut
)

// A textBlock is a part of a stream: what goes before it, its own lines, and
// what follows, so that a record at its border is seen whole.
type textBlock struct {
	buffer        []byte
	from, to, end int // own lines are buffer[from:to], the text ends at end
}

// A cutter cuts a stream into blocks at line ends. Its buffers go around.
type cutter struct {
	r        io.Reader
	progress func(int)
	free     chan []byte
	rest     []byte // what the next block begins with
	before   int    // how much of rest goes before its own lines
	eof      bool
}

func newCutter(r io.Reader, progress func(int), buffers int) *cutter {
	if progress == nil {
		progress = func(int) {}
	}
	return &cutter{r: r, progress: progress, free: make(chan []byte, buffers)}
}

// release takes back the buffer of a block.
func (c *cutter) release(b *textBlock) {
	if cap(b.buffer) > 4*blockSize {
		return // one long line must not be paid for until the end
	}
	select {
	case c.free <- b.buffer[:0]:
	default:
	}
}

func (c *cutter) buffer() []byte {
	select {
	case b := <-c.free:
		return b
	default:
		return make([]byte, 0, blockSize+4*margin)
	}
}

// next returns the next block; with the last one, or instead of it, io.EOF.
func (c *cutter) next() (*textBlock, error) {
	buf := append(c.buffer(), c.rest...)
	b := &textBlock{from: c.before}
	for want := blockSize; ; want *= 2 {
		var err error
		if buf, err = c.fill(buf, c.before+want+margin); err != nil {
			return nil, err
		}
		if c.eof {
			b.to = len(buf)
			break
		}
		if b.to = lineEnd(buf, b.from, len(buf)-margin); b.to > b.from {
			break
		}
		if want >= maxLine {
			b.to = len(buf) - margin
			break
		}
	}
	b.buffer, b.end = buf, len(buf)
	keep := max(0, b.to-margin)
	c.rest, c.before = append(c.rest[:0], buf[keep:]...), b.to-keep
	var err error
	if c.eof {
		err = io.EOF
	}
	if b.to == b.from {
		return nil, err
	}
	return b, err
}

// lineEnd returns the end of the last line that ends in buf[from:to].
func lineEnd(buf []byte, from, to int) int {
	for i := to; i > from; i-- {
		if buf[i-1] == '\n' {
			return i
		}
	}
	return from
}

// fill reads until there are so many bytes.
func (c *cutter) fill(buf []byte, size int) ([]byte, error) {
	for !c.eof && len(buf) < size {
		if cap(buf) < size {
			buf = append(make([]byte, 0, size), buf...)
		}
		n, err := c.r.Read(buf[len(buf):size])
		buf = buf[:len(buf)+n]
		c.progress(n)
		if err == io.EOF {
			c.eof = true
		} else if err != nil {
			return buf, err
		}
	}
	return buf, nil
}
