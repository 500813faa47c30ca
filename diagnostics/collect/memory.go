package collect

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"firstaid/diagnostics"
)

// answeredFor is how long an answer of IAM is used again: organisations and
// managed policies change without the role being read anew.
const answeredFor = 2 * time.Minute

// memory keeps IAM's answers about roles whose policies were read, under
// those policies: a role that is read again unchanged is not asked about
// again, one that has changed is.
type memory struct {
	mu      sync.Mutex
	roles   map[string][sha256.Size]byte // by ARN: what the role was when it was read
	answers map[[sha256.Size]byte]answerSet
}

type answerSet struct {
	at   time.Time
	list []diagnostics.Simulation
}

func newMemory() *memory {
	return &memory{roles: map[string][sha256.Size]byte{}, answers: map[[sha256.Size]byte]answerSet{}}
}

// read notes a role as it was read.
func (a *memory) read(role diagnostics.Role) {
	text, err := json.Marshal(role)
	if err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.roles[role.Arn] = sha256.Sum256(text)
}

// key names a question about a role that was read; the time of the question is
// no part of it. ok is false for other principals.
func (a *memory) key(q Question, resources []string) (key [sha256.Size]byte, ok bool) {
	a.mu.Lock()
	role, ok := a.roles[q.Principal]
	a.mu.Unlock()
	if !ok || q.Fresh {
		return key, false
	}
	q.Resources = resources
	q.Context = slices.DeleteFunc(slices.Clone(q.Context), func(k ContextKey) bool { return k.Name == "aws:CurrentTime" })
	text, err := json.Marshal(struct {
		Question
		Role [sha256.Size]byte
	}{q, role})
	return sha256.Sum256(text), err == nil
}

func (a *memory) get(key [sha256.Size]byte, now time.Time) ([]diagnostics.Simulation, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x, ok := a.answers[key]
	if !ok || now.Sub(x.at) > answeredFor {
		delete(a.answers, key)
		return nil, false
	}
	return slices.Clone(x.list), true
}

func (a *memory) put(key [sha256.Size]byte, now time.Time, list []diagnostics.Simulation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[key] = answerSet{now, slices.Clone(list)}
}

// simulateKnown is simulateOnce for what was not answered yet.
func (c *Collector) simulateKnown(ctx context.Context, q Question, resources []string) ([]diagnostics.Simulation, error) {
	key, keep := c.memory.key(q, resources)
	if keep {
		if list, ok := c.memory.get(key, c.now()); ok {
			return list, nil
		}
	}
	list, err := c.simulateOnce(ctx, q, resources)
	if keep && err == nil {
		c.memory.put(key, c.now(), list)
	}
	return list, err
}
