package main

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// A progress shows on a terminal how far reading has come, once it takes long.
type progress struct {
	read  atomic.Int64
	stop  chan struct{}
	ended chan struct{}
}

// startProgress begins to watch; a total of 0 is not known. Without a terminal
// nothing is written.
func startProgress(w io.Writer, total int64) *progress {
	p := &progress{stop: make(chan struct{}), ended: make(chan struct{})}
	if !isTerminal(w) {
		close(p.ended)
		return p
	}
	go p.watch(w, total)
	return p
}

func (p *progress) watch(w io.Writer, total int64) {
	defer close(p.ended)
	begun := time.Now()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	shown := false
	for {
		select {
		case <-p.stop:
			if shown {
				fmt.Fprint(w, "\r\x1b[K")
			}
			return
		case now := <-tick.C:
			if took := now.Sub(begun); took > 700*time.Millisecond {
				shown = true
				fmt.Fprintf(w, "\r\x1b[K%s", progressLine(p.read.Load(), total, took))
			}
		}
	}
}

func (p *progress) end() {
	close(p.stop)
	<-p.ended
}

// progressLine is the bar with rate and remaining time.
func progressLine(read, total int64, took time.Duration) string {
	rate := float64(read) / took.Seconds()
	line := fmt.Sprintf("%.0f MB read, %.0f MB/s", float64(read)/1e6, rate/1e6)
	if total <= 0 || read > total {
		return line
	}
	const width = 24
	done := int(float64(width) * float64(read) / float64(total))
	left := time.Duration(float64(total-read) / max(rate, 1) * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("[%s%s] %3.0f %%  %s, %s left", strings.Repeat("#", done), strings.Repeat(".", width-done),
		100*float64(read)/float64(total), line, left)
}
