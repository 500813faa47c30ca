package collect

import (
	"context"

	"firstaid/diagnostics"
)

// Asked asks IAM about the denials of a snapshot as a reading does.
func Asked(ctx context.Context, c *Collector, s *diagnostics.Snapshot) *diagnostics.Snapshot {
	r := &reading{Collector: c, meter: &meter{}, snap: *s, asked: map[diagnostics.Ref]bool{}, managed: map[string]string{}, stop: func(error) {}}
	ctx = r.meter.in(ctx)
	r.decodeMessages(ctx)
	r.simulateDenials(ctx)
	return &r.snap
}

// AskedOf is Asked after the roles were read anew, with the calls that were made.
func AskedOf(ctx context.Context, c *Collector, s *diagnostics.Snapshot, roles ...string) *diagnostics.Snapshot {
	r := &reading{Collector: c, meter: &meter{}, snap: *s, asked: map[diagnostics.Ref]bool{}, managed: map[string]string{}, stop: func(error) {}}
	ctx = r.meter.in(ctx)
	for _, name := range roles {
		r.readRole(ctx, name)
	}
	r.simulateDenials(ctx)
	return r.copy()
}
