package widget

import (
	"fmt"
	"strings"
	"testing"
)

// odd are texts that break layouts: wide and combining characters, control
// sequences, bytes that are no text.
var odd = []string{
	"", "plain", "한국어 로그: 역할이 없습니다", "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301 stacked", "\u0301 orphan",
	"👩\u200d👩\u200d👧 family", "⚠️ warning", "🇰🇷 flag 👨🏽", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07after",
	"\x1b[2J\x1b[H", "\x9b31m raw", "\u009b31m", "tab\tbed", "a\r\nb", "\xff\xfe\xfd", "\u202egnp.exe", "ｱｲｳ 半角", "\x00\x01\x02",
	"arn:aws:iam::123456789012:role/service-role/아주-긴-역할-이름-이고-끝이-없는-역할", "\x1b", "\x1b[", "\x1b]unfinished",
}

// checkBlock fails unless s is exactly h lines of w cells.
func checkBlock(t testing.TB, what, s string, w, h int) {
	t.Helper()
	if h == 0 && s == "" {
		return
	}
	lines := strings.Split(s, "\n")
	if len(lines) != h {
		t.Fatalf("%s at %dx%d has %d lines", what, w, h, len(lines))
	}
	for i, l := range lines {
		if n := Width(l); n != w {
			t.Fatalf("%s at %dx%d: line %d has %d cells: %q", what, w, h, i, n, l)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain ascii":                      "plain ascii",
		"\x1b[1;31mred\x1b[0m text":        "red text",
		"\x1b]0;title\x07after":            "after",
		"\x1b]8;;http://x\x1b\\link":       "link",
		"\x1b]unfinished stays":            "]unfinished stays",
		"\x1b(Bcharset":                    "charset",
		"\u009b31mC1":                      "C1",
		"\x1bPdcs\x1b\\x":                  "x",
		"a\tb":                             "a    b",
		"a\nb":                             "a b",
		"bad \xff byte":                    "bad \ufffd byte",
		"\u202egnp.exe":                    "gnp.exe",
		"한국어":                              "한국어",
		"\u0301orphan":                     "orphan",
		"e" + strings.Repeat("\u0301", 50): "e" + strings.Repeat("\u0301", maxMarks),
		"bell\x07 null\x00":                "bell null",
		"\x1b":                             "",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanLinesKeepsEveryLine(t *testing.T) {
	got := CleanLines("one\r\ntwo\rthree\nfour\t\x1b[1mx")
	want := []string{"one", "two", "three", "four    x"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range odd {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		for _, r := range got {
			if r < 0x20 || r >= 0x7f && r < 0xa0 {
				t.Fatalf("Clean(%q) = %q still holds %q", s, got, r)
			}
		}
		if again := Clean(got); again != got {
			t.Fatalf("Clean is not stable: %q, then %q", got, again)
		}
	})
}

func FuzzFit(f *testing.F) {
	for i, s := range odd {
		f.Add(s, i)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		w = max(w&0x7f, 1)
		clean := Clean(s)
		for name, got := range map[string]string{
			"Fit": Fit(clean, w), "FitLeft": FitLeft(clean, w), "Upto": Upto(clean, w),
			"Fit of styled": Fit(Style("31").Paint(clean), w), "Over": Fit(Style("7").Over(Style("1").Paint(clean)), w),
		} {
			if n := Width(got); n != w {
				t.Fatalf("%s(%q, %d) takes %d cells: %q", name, clean, w, n, got)
			}
		}
		if n := Width(Middle(clean, w)); n > w {
			t.Fatalf("Middle(%q, %d) takes %d cells", clean, w, n)
		}
		if total := Width(clean); total > w && Width(From(clean, w)) != total-w {
			t.Fatalf("From(%q, %d) takes %d of %d cells", clean, w, Width(From(clean, w)), total)
		}
		if w > 1 {
			for _, l := range Wrap(clean, w) {
				if Width(l) > w {
					t.Fatalf("Wrap(%q, %d) has a row of %d cells: %q", clean, w, Width(l), l)
				}
			}
		}
	})
}

var testPalette = &Palette{
	Strong: "1", Dim: "2", Accent: "36", Select: "7", Match: "1;4", Border: "2", Focus: "1;36",
	Error: "31", Warn: "33", Good: "32", Note: "36", Code: "35",
}

func oddList() *List[string] {
	l := &List[string]{
		ID:   func(s string) string { return s },
		Text: Clean,
		Draw: func(s string, hits []int, w int, p *Palette) string {
			return Highlight(Clean(s), hits, p.Code, p.Match)
		},
	}
	l.Set(odd)
	return l
}

// Every widget draws exactly its rectangle at every size.
func TestRectangles(t *testing.T) {
	var lines []string
	for _, s := range odd {
		lines = append(lines, s, strings.Repeat(s+" ", 40))
	}
	list := oddList()
	list.Find("a")
	for w := 1; w <= 300; w += 1 + w/9 {
		for h := 1; h <= 100; h += 1 + h/6 {
			for _, wrap := range []bool{false, true} {
				text := &Text{Wrap: wrap, Pointer: h%2 == 0, Gutter: func(i int) string { return fmt.Sprintf("%4d ", i) }}
				text.Set(Strings(lines))
				text.Resize(w, h)
				text.GoTo(w % len(lines))
				checkBlock(t, "text", text.View(w, h, "7"), w, h)
				text.Edge(true)
				checkBlock(t, "text at its end", text.View(w, h, "7"), w, h)
			}
			list.Resize(w, h)
			checkBlock(t, "list", list.View(w, h, true, testPalette), w, h)
			box := Box{Title: "한국어 제목", Note: "1/2", Foot: "foot"}
			iw, ih := box.Inner(w, h)
			boxed := box.View(list.View(iw, ih, false, testPalette), w, h)
			checkBlock(t, "box", boxed, w, h)
			for x := range 3 {
				checkBlock(t, "overlay", Overlay(boxed, Block([]string{"한글", "대화상자"}, min(9, w), min(2, h)), x*w/3, h/2), w, h)
			}
			checkBlock(t, "tabs", Tabs([]string{"Findings", "이벤트", "Logs"}, w%3, w, testPalette), w, 1)
			checkBlock(t, "input", NewInput("/", "find").View(w), w, 1)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want []string
	}{
		{"the role is not authorized", 12, []string{"the role is", "not", "authorized"}},
		{"arn:aws:iam::123456789012:role/x", 16, []string{"arn:aws:iam::", "123456789012:", "role/x"}},
		{"한국어로그", 4, []string{"한국", "어로", "그"}},
		{"", 5, []string{""}},
		{"exact", 5, []string{"exact"}},
	} {
		if got := Wrap(c.in, c.w); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
}

func TestListKeepsItsCursorByIdentity(t *testing.T) {
	l := oddList()
	l.Set([]string{"alpha", "beta", "gamma"})
	l.Select("beta")
	l.Set([]string{"new", "alpha", "beta"})
	if it, _ := l.Current(); it != "beta" {
		t.Errorf("the cursor is on %q after a refresh, want beta", it)
	}
	l.Find("a")
	if it, _ := l.Current(); it != "beta" {
		t.Errorf("the cursor is on %q after narrowing, want beta", it)
	}
	l.Find("alp")
	if it, _ := l.Current(); it != "alpha" || l.Len() != 1 {
		t.Errorf("found %q of %d, want alpha alone", it, l.Len())
	}
	l.Find("")
	if l.Len() != 3 {
		t.Errorf("%d items after the search is over, want 3", l.Len())
	}
}

func TestListFindsAllWordsAndMarksThem(t *testing.T) {
	l := oddList()
	l.Set([]string{"UPDATE_FAILED OrdersFunction", "CREATE_COMPLETE OrdersTable", "UPDATE_COMPLETE Other"})
	l.Find("order fail")
	if l.Len() != 1 {
		t.Fatalf("%d items, want 1", l.Len())
	}
	got := l.View(40, 1, false, testPalette)
	if !strings.Contains(got, "\x1b[1;4mFAIL\x1b[0m") || !strings.Contains(got, "\x1b[1;4mOrder\x1b[0m") {
		t.Errorf("the found characters are not marked: %q", got)
	}
}

func TestListSortsByMatchWhenAsked(t *testing.T) {
	l := oddList()
	l.Sort = true
	l.Set([]string{"re-export-log", "export", "x"})
	l.Find("export")
	if it, _ := l.Current(); it != "export" {
		t.Errorf("best match is %q, want export", it)
	}
}

func TestListFindsKorean(t *testing.T) {
	l := oddList()
	l.Set([]string{"권한 거부", "이미지 없음"})
	l.Find("권거")
	if it, _ := l.Current(); it != "권한 거부" || l.Len() != 1 {
		t.Errorf("found %q of %d", it, l.Len())
	}
}

func TestListScrollsOnlyAsFarAsNeeded(t *testing.T) {
	l := oddList()
	items := make([]string, 100)
	for i := range items {
		items[i] = fmt.Sprint("item ", i)
	}
	l.Set(items)
	l.Resize(20, 10)
	l.Move(15)
	l.Move(-3)
	if got := strings.Split(l.View(20, 10, true, testPalette), "\n")[0]; !strings.Contains(got, "item 6") {
		t.Errorf("the first row is %q, want item 6: the view must not jump when the cursor moves inside it", got)
	}
	if !l.Click(0) || l.Cursor() != 6 {
		t.Errorf("a click on the first row put the cursor on %d, want 6", l.Cursor())
	}
	l.Edge(true)
	if l.Cursor() != 99 {
		t.Errorf("the end is %d", l.Cursor())
	}
}

func TestTextShowsEveryRowOfALongLine(t *testing.T) {
	text := &Text{Wrap: true, Pointer: true}
	text.Set(Strings{"first", strings.Repeat("0123456789", 30) + "END", "last"})
	text.Resize(10, 5)
	seen := ""
	for range 60 {
		seen += text.View(10, 5, "")
		text.Move(1)
	}
	for _, want := range []string{"first", "END", "last"} {
		if !strings.Contains(seen, want) {
			t.Errorf("%q was never in sight", want)
		}
	}
	for range 60 {
		text.Move(-1)
	}
	if got := text.View(10, 1, ""); !strings.HasPrefix(got, "first") {
		t.Errorf("back at the top it shows %q", got)
	}
}

func TestTextFollowsItsEnd(t *testing.T) {
	text := &Text{Pointer: true}
	lines := Strings{"a", "b", "c", "d"}
	text.Set(lines[:3])
	text.Resize(10, 2)
	text.Edge(true)
	text.Set(lines)
	if text.Cursor() != 3 {
		t.Errorf("at the end the cursor is on %d, want 3", text.Cursor())
	}
	text.Move(-2)
	text.Set(append(lines, "e"))
	if text.Cursor() != 1 {
		t.Errorf("away from the end the cursor moved to %d, want 1", text.Cursor())
	}
}

func TestTextShiftsSideways(t *testing.T) {
	text := &Text{}
	text.Set(Strings{"한국어abc"})
	text.Resize(8, 1)
	text.Shift(3)
	if got := text.View(8, 1, ""); got != " 어abc  " {
		t.Errorf("shifted by three cells it shows %q", got)
	}
}

func TestQuery(t *testing.T) {
	q := NewQuery("Task timed")
	if !q.Match("2026 TASK timed out after 3.00 seconds") || q.Match("task done") {
		t.Error("a query is all of its words, in any case")
	}
	if got := Highlight("Timed Task", q.Hits("Timed Task"), "", "4"); got != "\x1b[4mTimed\x1b[0m \x1b[4mTask\x1b[0m" {
		t.Errorf("got %q", got)
	}
	if !NewQuery("거부").Match("권한이 거부되었습니다") {
		t.Error("Korean is not found")
	}
}

func TestDiffRows(t *testing.T) {
	d := Diff{Name: "template.yaml", Before: "a: 1\nb: 2\nc: 3\n", After: "a: 1\nb: 2\n  x: y\nc: 4\n"}
	got := strings.Join(d.Rows(&Palette{}), "\n")
	want := "template.yaml  +2 -1\n@@ line 1 @@\n1   a: 1\n2   b: 2\n3 - c: 3\n3 +   x: y\n4 + c: 4"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := (Diff{Name: "x", Before: "same\n", After: "same\n"}).Rows(&Palette{}); got[1] != "no change" {
		t.Errorf("an empty change says %q", got)
	}
	evil := Diff{Name: "x\x1b[2J", Before: "a\n", After: "\x1b]0;t\x07b\n"}.Rows(&Palette{})
	if s := strings.Join(evil, ""); strings.Contains(s, "\x1b]") || strings.Contains(s, "2J") {
		t.Errorf("control sequences reach the screen: %q", s)
	}
}

func TestDiffEmphasisesTheChangedPart(t *testing.T) {
	rows := Diff{Name: "f", Before: "Runtime: nodejs18.x\n", After: "Runtime: nodejs22.x\n"}.Rows(testPalette)
	if !strings.Contains(strings.Join(rows, "\n"), "\x1b[32;7m22\x1b[0m") {
		t.Errorf("only 22 should stand out: %q", rows)
	}
}

func TestOverlayKeepsWhatIsBeside(t *testing.T) {
	got := Overlay("한국어한국어\nabcdefghijkl", "XX", 3, 0)
	if want := "한 \x1b[0mXX\x1b[0m 국어"; !strings.Contains(got, "XX") || Width(strings.Split(got, "\n")[0]) != 12 {
		t.Errorf("got %q, want something like %q", got, want)
	}
	if !strings.HasSuffix(got, "\nabcdefghijkl") {
		t.Errorf("another row changed: %q", got)
	}
}

func TestTable(t *testing.T) {
	cols := []Column{{Title: "Action", Weight: 2}, {Title: "Result", Width: 6}, {Title: "N", Width: 3, Right: true}}
	widths := Widths(cols, 30)
	if got := Header(cols, widths, ""); Width(got) != 30 {
		t.Errorf("%q has %d cells", got, Width(got))
	}
	if got, want := Row([]string{"s3:GetObject", "deny", "7"}, cols, widths), "s3:GetObject       deny      7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTabAt(t *testing.T) {
	labels := []string{"One", "Two"}
	for x, want := range map[int]int{0: 0, 4: 0, 5: 1, 9: 1, 10: -1} {
		if got := TabAt(labels, 0, 40, x); got != want {
			t.Errorf("column %d is tab %d, want %d", x, got, want)
		}
	}
}

// millionLines are made on demand, as a log is: nothing may read them all.
type millionLines struct{}

func (millionLines) Len() int { return 1_000_000 }
func (millionLines) Line(i int) string {
	return fmt.Sprintf("2026-10-01T12:00:00.%06dZ\tINFO\t주문 %d \x1b[32mprocessed\x1b[0m {\"requestId\":\"%08x\",\"bytes\":%d}", i, i, i*7919, i*13)
}

func BenchmarkTextMillionLines(b *testing.B) {
	for _, wrap := range []bool{false, true} {
		b.Run(fmt.Sprintf("wrap=%v", wrap), func(b *testing.B) {
			text := &Text{Wrap: wrap, Pointer: true}
			text.Set(millionLines{})
			text.Resize(200, 60)
			for i := 0; b.Loop(); i++ {
				if i%7 == 0 {
					text.GoTo(i * 104729 % 1_000_000)
				} else {
					text.Page(1)
				}
				text.View(200, 60, "7")
			}
		})
	}
}

func BenchmarkListFind(b *testing.B) {
	l := oddList()
	items := make([]string, 10_000)
	for i := range items {
		items[i] = fmt.Sprintf("UPDATE_FAILED OrdersFunction%d AWS::Lambda::Function", i)
	}
	l.Set(items)
	for i := 0; b.Loop(); i++ {
		l.Find([]string{"fail", "orders func"}[i%2])
	}
}

func BenchmarkQuery(b *testing.B) {
	q := NewQuery("access denied")
	line := millionLines{}.Line(12345)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		q.Match(line)
	}
}
