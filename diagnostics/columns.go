package diagnostics

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	// rowStart recognises the first line of an event row as `sam deploy`
	// prints it: status, type, logical id, reason, each wrapped on its own
	// inside a column.
	rowStart = regexp.MustCompile(`^\s*(?:CREATE|UPDATE|DELETE|ROLLBACK|IMPORT|REVIEW)[A-Z_]*\s{2,}[A-Z][A-Za-z0-9]*:\S*\s{2,}\S`)
	// tableHead says where the columns are; a column that is filled leaves
	// one blank before the next, which rowStart cannot see.
	tableHead   = regexp.MustCompile(`^\s*ResourceStatus\s+ResourceType\s+LogicalResourceId\s+ResourceStatusReason\s*$`)
	statusStart = regexp.MustCompile(`^(?:CREATE|UPDATE|DELETE|ROLLBACK|IMPORT|REVIEW)_[A-Z_]*$`)
)

// joinColumns puts the wrapped rows of event tables together, cell by cell.
func joinColumns(lines []string) []string {
	out := lines[:0:0]
	var head []int
	for i := 0; i < len(lines); {
		if tableHead.MatchString(lines[i]) {
			head = columnStarts(lines[i])
		}
		starts := rowColumns(lines[i], head)
		if starts == nil {
			out = append(out, lines[i])
			i++
			continue
		}
		rows := [][]string{cut(lines[i], starts)}
		for i++; i < len(lines) && rowColumns(lines[i], head) == nil; i++ {
			cells := cut(lines[i], starts)
			if !continues(cells) {
				break
			}
			rows = append(rows, cells)
		}
		out = append(out, joinCells(rows, starts))
	}
	return out
}

// rowColumns returns where the columns of the first line of a row are, and nil
// for another line.
func rowColumns(line string, head []int) []int {
	if head != nil {
		if cells := cut(line, head); cells != nil && statusStart.MatchString(cells[0]) {
			return head
		}
	}
	if rowStart.MatchString(line) {
		return columnStarts(line)
	}
	return nil
}

// columnStarts returns where the columns of a row begin, in characters: after
// two blanks or more, four columns at most.
func columnStarts(line string) []int {
	var starts []int
	gap := 2
	for i, r := range []rune(line) {
		if r == ' ' || r == '\t' {
			gap++
			continue
		}
		if gap >= 2 && len(starts) < 4 {
			starts = append(starts, i)
		}
		gap = 0
	}
	return starts
}

// cut splits a line at the columns. It returns nil where a word crosses the
// border of a column: the line belongs to something else.
func cut(line string, starts []int) []string {
	runes := []rune(line)
	cells := make([]string, len(starts))
	if len(runes) > 0 && strings.TrimSpace(string(runes[:min(starts[0], len(runes))])) != "" {
		return nil
	}
	for i, from := range starts {
		if from >= len(runes) {
			break
		}
		if i > 0 && !blank(runes[from-1]) {
			return nil
		}
		to := len(runes)
		if i+1 < len(starts) {
			to = min(to, starts[i+1])
		}
		cells[i] = strings.TrimSpace(string(runes[from:to]))
	}
	return cells
}

var upperWord = regexp.MustCompile(`^[A-Z_]*$`)

// continues reports whether cells go on with the row above: something is
// there, and the first two columns hold the rest of a status and of a type.
func continues(cells []string) bool {
	if cells == nil || !upperWord.MatchString(cells[0]) || len(cells) > 1 && strings.Contains(cells[1], " ") {
		return false
	}
	return strings.Join(cells, "") != ""
}

// joinCells joins the pieces of each column. Status, type and logical id hold
// no blanks; in the reason a piece that fills its column may end inside a word.
func joinCells(rows [][]string, starts []int) string {
	cells := make([]string, len(starts))
	for col := range starts {
		width := 0
		for _, row := range rows {
			width = max(width, utf8.RuneCountInString(row[col]))
		}
		last := ""
		for _, row := range rows {
			piece := row[col]
			if piece == "" {
				continue
			}
			if last != "" && col >= 3 {
				cells[col] += between(last, width)
			}
			cells[col] += piece
			last = piece
		}
	}
	return strings.TrimRight(strings.Join(cells, " | "), " |")
}

// between returns what stands between a piece of a cell and the next one.
func between(piece string, width int) string {
	if utf8.RuneCountInString(piece) >= width || strings.HasSuffix(piece, "-") || strings.HasSuffix(piece, "/") {
		return string(softBreak)
	}
	return " "
}
