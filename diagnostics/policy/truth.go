package policy

// Truth is a value of three-valued logic (Kleene's): what is not known is
// Maybe, and stays so unless the other side decides alone.
type Truth int8

// The truth values, ordered: and is the minimum, or the maximum.
const (
	No Truth = iota
	Maybe
	Yes
)

// String returns "no", "maybe" or "yes".
func (t Truth) String() string { return [...]string{"no", "maybe", "yes"}[t] }

func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func (t Truth) not() Truth { return Yes - t }
