// Package cost works out what functions cost per day and month, and from what
// load on containers would be cheaper. Amounts are US dollars; every figure
// rests on a dated table of prices.
package cost

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v4"
)

//go:embed prices.yaml
var defaultPrices []byte

// Prices is a dated table of prices in US dollars.
type Prices struct {
	Date    Date     `yaml:"date"`
	Region  string   `yaml:"region"`
	Sources []string `yaml:"sources"`
	Lambda  struct {
		Request     float64                `yaml:"request"`
		X86         []Tier                 `yaml:"x86_64"`
		Arm         []Tier                 `yaml:"arm64"`
		Provisioned map[string]Provisioned `yaml:"provisioned"`
		Storage     float64                `yaml:"storage"`
		Free        struct {
			Requests  float64 `yaml:"requests"`
			GBSeconds float64 `yaml:"gbSeconds"`
		} `yaml:"free"`
	} `yaml:"lambda"`
	Fargate map[string]struct {
		VCPU   float64 `yaml:"vcpu"`   // per hour
		Memory float64 `yaml:"memory"` // per GB and hour
	} `yaml:"fargate"`
}

// Tier is the price per GB-second up to a monthly amount; UpTo 0 has no end.
type Tier struct {
	UpTo  float64 `yaml:"upTo"`
	Price float64 `yaml:"price"`
}

// Provisioned holds the two prices of provisioned concurrency per GB-second.
type Provisioned struct {
	Configured float64 `yaml:"configured"`
	Duration   float64 `yaml:"duration"`
}

// Date is a day, written 2006-01-02.
type Date string

// Default is the table that firstaid ships.
func Default() (*Prices, error) { return ReadPrices("prices.yaml", defaultPrices) }

// ReadPrices reads a table. Every price must be there: a missing one would make
// a cost look like nothing.
func ReadPrices(name string, src []byte) (*Prices, error) {
	p := new(Prices)
	if err := yaml.Load(src, p, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

func (p *Prices) check() error {
	if _, err := time.Parse(time.DateOnly, string(p.Date)); err != nil {
		return errors.New("date must be written like 2026-11-01")
	}
	if p.Lambda.Request <= 0 || p.Lambda.Storage <= 0 {
		return errors.New("lambda needs request and storage prices above 0")
	}
	for _, arch := range []string{X86, Arm} {
		if err := checkTiers(p.tiers(arch)); err != nil {
			return fmt.Errorf("lambda.%s: %w", arch, err)
		}
		if v := p.Lambda.Provisioned[arch]; v.Configured <= 0 || v.Duration <= 0 {
			return fmt.Errorf("lambda.provisioned.%s needs configured and duration above 0", arch)
		}
		if f := p.Fargate[arch]; f.VCPU <= 0 || f.Memory <= 0 {
			return fmt.Errorf("fargate.%s needs vcpu and memory above 0", arch)
		}
	}
	return nil
}

func checkTiers(tiers []Tier) error {
	if len(tiers) == 0 {
		return errors.New("needs at least one tier")
	}
	last := 0.0
	for i, t := range tiers {
		if t.Price <= 0 {
			return fmt.Errorf("tier %d needs a price above 0", i+1)
		}
		if end := i == len(tiers)-1; end != (t.UpTo == 0) || !end && t.UpTo <= last {
			return fmt.Errorf("tier %d: upTo must rise, and only the last tier has none", i+1)
		}
		last = t.UpTo
	}
	return nil
}

func (p *Prices) tiers(arch string) []Tier {
	if arch == Arm {
		return p.Lambda.Arm
	}
	return p.Lambda.X86
}

// duration is the price of GB-seconds in a month, tier by tier.
func (p *Prices) duration(arch string, gbSeconds float64) float64 {
	total, from := 0.0, 0.0
	for _, t := range p.tiers(arch) {
		if gbSeconds <= from {
			break
		}
		upTo := gbSeconds
		if t.UpTo > 0 {
			upTo = min(gbSeconds, t.UpTo)
		}
		total += (upTo - from) * t.Price
		from = upTo
	}
	return total
}
