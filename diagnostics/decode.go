package diagnostics

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Decode turns the bytes of a text file into a text. Windows PowerShell writes
// UTF-16 with a byte order mark when output is redirected; everything else is
// taken for UTF-8, its broken bytes dropped.
func Decode(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return decodeUTF16(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return decodeUTF16(b[2:], binary.BigEndian)
	}
	return strings.ToValidUTF8(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), "")
}

func decodeUTF16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}
