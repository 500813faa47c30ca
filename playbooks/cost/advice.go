package cost

import "math"

// Containers is a Fargate service to compare with.
type Containers struct {
	Architecture string
	VCPU         float64 // of one task
	MemoryGB     float64 // of one task
	Tasks        float64 // running around the clock
	// Concurrent is how many requests one task serves at one time.
	Concurrent float64
}

// SmallTask is what functions are compared with where nobody says otherwise:
// half a vCPU and 1 GB that serve ten requests at a time, as many as the peak
// needs.
func SmallTask(architecture string) Containers {
	return Containers{Architecture: architecture, VCPU: 0.5, MemoryGB: 1, Concurrent: 10}
}

// PerDay is what the tasks cost, in US dollars. A real bill adds the load
// balancer, NAT, public addresses and logs.
func (p *Prices) PerDay(c Containers) float64 {
	f := p.Fargate[c.Architecture]
	return c.Tasks * 24 * (c.VCPU*f.VCPU + c.MemoryGB*f.Memory)
}

// TasksFor is how many tasks the peak concurrency of a usage needs, at least
// one.
func (c Containers) TasksFor(concurrency float64) float64 {
	if c.Concurrent <= 0 {
		return math.Max(1, c.Tasks)
	}
	return math.Max(1, math.Ceil(concurrency/c.Concurrent))
}

// OnArm is what the same usage costs a day on arm64 if every invocation takes
// as long as before.
func (p *Prices) OnArm(u Usage) float64 {
	u.Architecture = Arm
	return p.Bill(u).PerDay()
}

// RightSize proposes a memory size from what was used: a quarter more than the
// peak, in steps of 64 MB, never less than 128. It is 0 when the peak is not
// known or the size is right already. CPU shrinks with memory, so durations
// must be watched afterwards.
func RightSize(u Usage) int {
	if u.MaxUsedMB <= 0 {
		return 0
	}
	want := max(128, int(math.Ceil(float64(u.MaxUsedMB)*1.25/64))*64)
	if want >= u.MemoryMB {
		return 0
	}
	return want
}

// Resized is what the usage costs a day with another memory size if every
// invocation takes as long as before.
func (p *Prices) Resized(u Usage, memoryMB int) float64 {
	u.MemoryMB = memoryMB
	return p.Bill(u).PerDay()
}

// IdleProvisioned is the share of the provisioned concurrency that was paid
// for and not used, 0 to 1.
func IdleProvisioned(u Usage) float64 {
	paid := float64(u.Provisioned) * u.Window.Seconds()
	if paid <= 0 {
		return 0
	}
	return math.Max(0, 1-u.OnProvisioned.Seconds()/paid)
}

// ColdShare is the share of invocations that began with an init phase.
func ColdShare(u Usage) float64 {
	if u.Requests <= 0 {
		return 0
	}
	return u.ColdStarts / u.Requests
}
