package cost

import "time"

// The architectures that Lambda bills.
const (
	X86 = "x86_64"
	Arm = "arm64"
)

// Month is the month that projections speak of.
const Month = 30

// Usage is what one function did in a window of time.
type Usage struct {
	Function     string
	Architecture string // X86 or Arm
	MemoryMB     int
	StorageMB    int // ephemeral storage; 512 is free
	// Window is how long was looked at.
	Window time.Duration
	// Requests counts invocations; Billed is their billed duration together.
	Requests float64
	Billed   time.Duration
	// Provisioned is the configured provisioned concurrency, held for the
	// whole window; OnProvisioned is the part of Billed that ran on it.
	Provisioned   int
	OnProvisioned time.Duration
	// ColdStarts counts invocations with an init phase; Init is their time.
	ColdStarts float64
	Init       time.Duration
	// MaxUsedMB is the highest memory use seen; 0 when unknown.
	MaxUsedMB int
	// Concurrency is the highest number of invocations at one time; 0 when
	// unknown.
	Concurrency float64
	// IdleHours counts the hours of the window without a request.
	IdleHours int
}

// days is the window in days.
func (u *Usage) days() float64 { return u.Window.Hours() / 24 }

func (u *Usage) gb() float64 { return float64(u.MemoryMB) / 1024 }

// Bill is what a usage costs, in US dollars, for one day.
type Bill struct {
	Function    string  `json:"function"`
	Requests    float64 `json:"requestsPerDay"`
	GBSeconds   float64 `json:"gbSecondsPerDay"`
	Request     float64 `json:"requestCost"`
	Duration    float64 `json:"durationCost"`
	Provisioned float64 `json:"provisionedCost"`
	Storage     float64 `json:"storageCost"`
}

// PerDay is the bill's total for one day.
func (b Bill) PerDay() float64 { return b.Request + b.Duration + b.Provisioned + b.Storage }

// PerMonth projects the day to a month of 30 days.
func (b Bill) PerMonth() float64 { return b.PerDay() * Month }

// Bill prices a usage per day, without the free tier: that belongs to the
// account and not to one function. The tier of the price follows from the
// projected month.
func (p *Prices) Bill(u Usage) Bill {
	d := u.days()
	if d <= 0 {
		return Bill{Function: u.Function}
	}
	onDemand := (u.Billed - u.OnProvisioned).Seconds() * u.gb() / d
	reserved := u.OnProvisioned.Seconds() * u.gb() / d
	configured := float64(u.Provisioned) * u.gb() * 86400
	v := p.Lambda.Provisioned[u.Architecture]
	b := Bill{
		Function: u.Function, Requests: u.Requests / d, GBSeconds: onDemand + reserved,
		Request:     u.Requests / d * p.Lambda.Request,
		Duration:    p.duration(u.Architecture, onDemand*Month) / Month,
		Provisioned: configured*v.Configured + reserved*v.Duration,
	}
	if extra := u.StorageMB - 512; extra > 0 {
		b.Storage = u.Billed.Seconds() / d * float64(extra) / 1024 * p.Lambda.Storage
	}
	return b
}

// Free is what the monthly free tier takes off a day's bills, at the price of
// the architecture that uses most of it.
func (p *Prices) Free(bills []Bill) float64 {
	var requests, gb, money float64
	for _, b := range bills {
		requests += b.Requests
		gb += b.GBSeconds
		money += b.Duration
	}
	off := min(requests*Month, p.Lambda.Free.Requests) * p.Lambda.Request
	if gb > 0 {
		off += min(gb*Month, p.Lambda.Free.GBSeconds) * money / gb
	}
	return off / Month
}
