package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// An input is one text to read: a file, compressed or not, or standard input.
type input struct {
	name string
	size int64 // of the file, compressed; 0 where it is not known
}

// inputs lists what the arguments name; a folder stands for the regular files
// in it and below.
func inputs(args []string) (list []input, errs []error) {
	for _, name := range args {
		if name == "-" {
			list = append(list, input{name: name})
			continue
		}
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				errs = append(errs, err)
				return nil
			}
			if d.IsDir() {
				return nil
			}
			info, err := os.Stat(path)
			if err != nil {
				errs = append(errs, err)
			} else if path == name || info.Mode().IsRegular() {
				list = append(list, input{path, info.Size()})
			}
			return nil
		})
		if err != nil {
			errs = append(errs, err)
		}
	}
	return list, errs
}

// open opens an input and takes off its compression, which its first bytes
// show. read counts the bytes of the file.
func (e *explainer) open(ctx context.Context, in input, read *atomic.Int64) (io.ReadCloser, error) {
	var file io.ReadCloser = io.NopCloser(e.in)
	if in.name == "-" {
		if isTerminal(e.in) {
			fmt.Fprintln(e.err, "Paste the text, then end it with Ctrl-D on a line of its own.")
		}
	} else {
		f, err := os.Open(in.name)
		if err != nil {
			return nil, err
		}
		file = f
	}
	r := bufio.NewReaderSize(&counted{cancellable{ctx, file}, read}, 1<<18)
	plain, err := decompress(r)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("read %s: %w", in.name, err)
	}
	return closer{plain, file}, nil
}

func decompress(r *bufio.Reader) (io.Reader, error) {
	head, err := r.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzip.NewReader(r)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return r, nil
}

// closer reads the decompressed text and closes the file.
type closer struct {
	io.Reader
	file io.Closer
}

func (c closer) Close() error {
	if z, ok := c.Reader.(io.Closer); ok {
		_ = z.Close() // what it read has been checked by reading
	}
	return c.file.Close()
}

// counted counts what is read.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// cancellable stops reading when the command is interrupted.
type cancellable struct {
	ctx context.Context
	io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}
