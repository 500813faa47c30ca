package template

import "strconv"

// Kind says what a node holds once its intrinsic tag, if any, is taken off.
type Kind uint8

// The kinds of node. An Alias stands for its Target; CloudFormation refuses it, SAM CLI resolves it.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
	Alias
)

// Style says how a node is written in the source.
type Style uint8

// The styles. Implicit is a flow mapping without braces (`[a, Ref: b]`); Table and Dotted are TOML maps
// that exist through a `[header]` or a dotted key and so have no text range of their own.
const (
	Plain Style = iota
	Single
	Double
	Literal
	Folded
	Block
	Flow
	Implicit
	Table
	Dotted
)

// Node is one value with its place in the source. Nodes are shared and never changed after parsing.
type Node struct {
	Kind   Kind
	Style  Style
	Tag    string // as written ("!Sub", "!!str", "!"), or ""
	Anchor string // without the &
	Text   string // scalar value, escapes and folding resolved
	Items  []*Node
	Pairs  []Pair
	Target *Node // of an Alias

	// Fn is the canonical name of the intrinsic this node calls ("Ref", "Fn::Sub", …), or "". Both
	// `!Sub x` and `{Fn::Sub: x}` have Fn == "Fn::Sub" and Arg == x. Short is true for the tag form.
	Fn    string
	Arg   *Node
	Short bool

	// Byte offsets: Start includes tag and anchor, Body is where the content begins, End is exclusive.
	Start, Body, End int

	// Awkward is the reason why text edits inside this node are refused ("", or e.g. "has a merge key").
	Awkward string

	// section is, in a TOML [table], the offset after its last content (the header or an entry).
	section int
}

// Pair is one entry of a map, in source order.
type Pair struct{ Key, Value *Node }

// SectionEnd is, for a TOML table with a header of its own, the offset where its content ends; else 0.
func (n *Node) SectionEnd() int { return n.section }

// Plainly reports whether n is written as a value, not as an intrinsic call.
func (n *Node) Plainly() bool { return n != nil && n.Fn == "" }

// Resolve follows an alias; nil stays nil.
func (n *Node) Resolve() *Node {
	for hops := 0; n != nil && n.Kind == Alias && hops < 16; hops++ {
		n = n.Target
	}
	return n
}

// Get returns the value of key in a map, looking through aliases and merge keys. The last of
// duplicate keys wins, as it does for PyYAML. It is nil when n is an intrinsic in short form.
func (n *Node) Get(key string) *Node {
	if p, ok := n.Entry(key); ok {
		return p.Value
	}
	return nil
}

// Entry is Get with the key node.
func (n *Node) Entry(key string) (Pair, bool) { return n.entry(key, 8) }

func (n *Node) entry(key string, depth int) (Pair, bool) {
	n = n.Resolve()
	if n == nil || n.Kind != Map || depth == 0 {
		return Pair{}, false
	}
	for i := len(n.Pairs) - 1; i >= 0; i-- {
		if n.Pairs[i].Key.Text == key {
			return n.Pairs[i], true
		}
	}
	for _, p := range n.Pairs {
		if p.Key.Text != "<<" || p.Key.Style != Plain {
			continue
		}
		for _, from := range append([]*Node{p.Value}, p.Value.Resolve().list()...) {
			if found, ok := from.entry(key, depth-1); ok {
				return found, true
			}
		}
	}
	return Pair{}, false
}

// Has reports whether a map has key.
func (n *Node) Has(key string) bool {
	_, ok := n.Entry(key)
	return ok
}

// At walks keys and decimal list indexes; nil when a step is missing. Steps may enter an
// intrinsic in long form by its name ("Fn::If", "1").
func (n *Node) At(path ...string) *Node {
	for _, step := range path {
		n = n.step(step)
		if n == nil {
			return nil
		}
	}
	return n
}

func (n *Node) step(step string) *Node {
	n = n.Resolve()
	if n == nil {
		return nil
	}
	if n.Fn != "" && n.Short && step == n.Fn {
		return n.Arg
	}
	if n.Kind == List {
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(n.Items) {
			return nil
		}
		return n.Items[i]
	}
	return n.Get(step)
}

// Str is the text of a plain scalar that is not an intrinsic and not null; numbers and booleans count,
// because CloudFormation takes them where it wants a string.
func (n *Node) Str() (string, bool) {
	n = n.Resolve()
	if n == nil || n.Fn != "" || n.Kind < Bool || n.Kind > String {
		return "", false
	}
	return n.Text, true
}

// Is reports whether n is the plain scalar text.
func (n *Node) Is(text string) bool {
	s, ok := n.Str()
	return ok && s == text
}

// List returns the items of a plain list, or nil.
func (n *Node) List() []*Node {
	n = n.Resolve()
	if n == nil || n.Fn != "" {
		return nil
	}
	return n.list()
}

func (n *Node) list() []*Node {
	if n == nil || n.Kind != List {
		return nil
	}
	return n.Items
}

// Entries returns the pairs of a plain map, or nil.
func (n *Node) Entries() []Pair {
	n = n.Resolve()
	if n == nil || n.Fn != "" || n.Kind != Map {
		return nil
	}
	return n.Pairs
}

// IsMap reports whether n is a map and not an intrinsic.
func (n *Node) IsMap() bool {
	n = n.Resolve()
	return n != nil && n.Fn == "" && n.Kind == Map
}

// Missing reports whether n gives no value: absent, null, or !Ref AWS::NoValue.
func (n *Node) Missing() bool {
	n = n.Resolve()
	return n == nil || n.Fn == "" && n.Kind == Null || n.Fn == "Ref" && n.Arg.Is("AWS::NoValue")
}

// Branches returns every value n can take: n itself, or the leaves of nested Fn::If without AWS::NoValue.
// always is false when some branch gives no value.
func (n *Node) Branches() (values []*Node, always bool) { return n.branches(32) }

func (n *Node) branches(depth int) ([]*Node, bool) {
	n = n.Resolve()
	if n.Missing() {
		return nil, false
	}
	if n.Fn != "Fn::If" || depth == 0 || len(n.Arg.List()) != 3 {
		return []*Node{n}, true
	}
	yes, a := n.Arg.List()[1].branches(depth - 1)
	no, b := n.Arg.List()[2].branches(depth - 1)
	return append(yes, no...), a && b
}

// Equal reports whether two trees mean the same: kinds, texts, tags, anchors and key order.
func (n *Node) Equal(m *Node) bool {
	if n == nil || m == nil {
		return n == m
	}
	if n.Kind != m.Kind || n.Text != m.Text || n.Tag != m.Tag || n.Anchor != m.Anchor ||
		len(n.Items) != len(m.Items) || len(n.Pairs) != len(m.Pairs) {
		return false
	}
	for i := range n.Items {
		if !n.Items[i].Equal(m.Items[i]) {
			return false
		}
	}
	for i := range n.Pairs {
		if !n.Pairs[i].Key.Equal(m.Pairs[i].Key) || !n.Pairs[i].Value.Equal(m.Pairs[i].Value) {
			return false
		}
	}
	return true
}
