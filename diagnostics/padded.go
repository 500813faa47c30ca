package diagnostics

import (
	"strings"
	"unicode/utf8"
)

// minPadded is the width from which lines of one width are taken for a box
// that a tool cut a message to; shorter ones are the cells of a table.
const minPadded = 40

// joinPadded makes one line of a message that was cut into lines of one width
// and padded with blanks, words in two: AWS Copilot prints so. The blanks
// inside the width are the message's own.
func joinPadded(lines []string) []string {
	var joined []string
	for i := 0; i < len(lines); {
		n, width := paddedRun(lines[i:])
		if n == 0 {
			joined = append(joined, lines[i])
			i++
			continue
		}
		var b strings.Builder
		in := indent(lines[i])
		for _, line := range lines[i : i+n] {
			piece := strings.TrimRight(line[in:], " \t")
			b.WriteString(piece)
			b.WriteString(strings.Repeat(" ", max(0, width-utf8.RuneCountInString(piece))))
		}
		joined = append(joined, lines[i][:in]+strings.TrimRight(b.String(), " "))
		i += n
	}
	return joined
}

// paddedRun counts the lines of a box at the beginning of lines: those that
// fill its width, and the rest of the message. None is 0. One full line alone
// is a box only where it is indented and padded much.
func paddedRun(lines []string) (n, width int) {
	in := indent(lines[0])
	if width = fill(lines[0], in); width < minPadded {
		return 0, 0
	}
	if next := 1; len(lines) > next && fill(lines[next], in) == width+1 { // the first line ends in a blank of its own
		width++
	}
	full := 0
	for full < len(lines) && lines[full] != strings.TrimRight(lines[full], " \t") && full < maxBox {
		if w := fill(lines[full], in); w != width && w != width-1 {
			break
		}
		full++
	}
	if full == 0 || full == 1 && (in < 2 || len(lines[0])-len(strings.TrimRight(lines[0], " ")) < 8) {
		return 0, 0
	}
	if full < len(lines) && fill(lines[full], in) > 0 && fill(lines[full], in) < width {
		full++
	}
	return full, width
}

// maxBox bounds the lines of one message.
const maxBox = 400

// indent measures the blanks that a line begins with.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// fill is the width of a line in characters, without the indentation of its
// box and the blanks at its end; 0 where the line begins before the box.
func fill(line string, in int) int {
	if indent(line) < in || len(line) <= in {
		return 0
	}
	return utf8.RuneCountInString(strings.TrimRight(line[in:], " \t"))
}
