package playbooks

import (
	"slices"
	"strings"
	"testing"
)

// plainPlaces looks at every byte.
func plainPlaces(text []byte) (list [][2]int) {
	for at := 0; at < len(text); {
		c := text[at]
		n := 1
		if c >= 0x7f || c == '\\' || c < ' ' && c != '\n' && c != '\t' || white(c) && at > 0 && white(text[at-1]) {
			if from, to := gapAt(text, at); to > from {
				list = append(list, [2]int{from, to})
				at = to
				continue
			}
			odd := false
			if odd, n = oddAt(text[at:]); odd {
				n = lineLength(text[at:])
				list = append(list, [2]int{at, at + n})
			}
		}
		at += n
	}
	return list
}

func quickPlaces(text []byte) (list [][2]int) {
	places := rawPlaces{text: text}
	for {
		from, to, _, ok := places.next()
		if !ok {
			return list
		}
		list = append(list, [2]int{from, to})
	}
}

// FuzzRawPlaces compares eight bytes at a time with one at a time.
func FuzzRawPlaces(f *testing.F) {
	for _, s := range []string{
		"plain", "a  b", "tab\t b", "line\n\tindented", "end\r\nnext\n", "seven78 \n nine", `a\nb \\n c\"d`, "Kelvin \u212a\nodd", "\u017f",
		"a\u200bb", "\x1b[1mx", `\u001b[1mx`, "한국어  로그", "é", "\xff", "a\\", "12345678\u00ad", " leading", "1234567\x7f", "\u00a0",
		strings.Repeat("word ", 20) + " " + strings.Repeat("word ", 20),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := quickPlaces([]byte(s)), plainPlaces([]byte(s)); !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %v\nwant %v", s, got, want)
		}
	})
}
