package cost

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"firstaid/diagnostics"
)

// Statement is what a set of functions costs, with advice.
type Statement struct {
	Prices     Date        `json:"pricesOf"`
	Region     string      `json:"region"`
	Lines      []Line      `json:"functions"`
	PerDay     float64     `json:"perDay"`
	FreePerDay float64     `json:"freeTierPerDay"`
	Alarm      float64     `json:"alarm"`
	Containers *Comparison `json:"containers,omitempty"`
}

// Line is one function of a statement. Money is US dollars a day.
type Line struct {
	Bill
	Usage        Usage   `json:"-"`
	Day          float64 `json:"perDay"`
	Arm          float64 `json:"onArm,omitempty"`       // 0 when it runs on arm64 already
	RightMemory  int     `json:"rightMemory,omitempty"` // MB; 0 when the size is right or unknown
	Resized      float64 `json:"resized,omitempty"`
	ColdShare    float64 `json:"coldStartShare"`
	IdleReserved float64 `json:"idleProvisionedShare"`
}

// Comparison holds containers against the functions.
type Comparison struct {
	Containers
	PerDay float64 `json:"perDay"`
	// BreakEven is the number of requests a day from which on the containers
	// are cheaper; nil when they never are.
	BreakEven *float64 `json:"breakEvenRequestsPerDay"`
}

// State works out a statement. c is nil for no comparison; its Tasks 0 means
// as many as the peak concurrency needs.
func (p *Prices) State(usages []Usage, alarm float64, c *Containers) Statement {
	s := Statement{Prices: p.Date, Region: p.Region, Alarm: alarm}
	var bills []Bill
	for _, u := range usages {
		b := p.Bill(u)
		bills = append(bills, b)
		l := Line{Bill: b, Usage: u, Day: b.PerDay(), RightMemory: RightSize(u), ColdShare: ColdShare(u), IdleReserved: IdleProvisioned(u)}
		if u.Architecture != Arm {
			l.Arm = p.OnArm(u)
		}
		if l.RightMemory > 0 {
			l.Resized = p.Resized(u, l.RightMemory)
		}
		s.Lines = append(s.Lines, l)
		s.PerDay += l.Day
	}
	s.FreePerDay = p.Free(bills)
	if c != nil && len(usages) > 0 {
		s.Containers = p.compare(usages, *c)
	}
	return s
}

// compare holds a service that serves all functions against their sum.
func (p *Prices) compare(usages []Usage, c Containers) *Comparison {
	var requests, variable, fixed, peak float64
	for _, u := range usages {
		b := p.Bill(u)
		idle := float64(u.Provisioned) * u.gb() * 86400 * p.Lambda.Provisioned[u.Architecture].Configured
		requests += b.Requests
		fixed += idle
		variable += b.PerDay() - idle
		peak += u.Concurrency
	}
	if c.Tasks == 0 {
		c.Tasks = c.TasksFor(peak)
	}
	out := &Comparison{Containers: c, PerDay: p.PerDay(c)}
	if requests > 0 && variable > 0 {
		even := math.Max(0, (out.PerDay-fixed)*requests/variable)
		out.BreakEven = &even
	}
	return out
}

// Write prints a statement for a terminal or pipe.
func (s Statement) Write(w io.Writer, lang diagnostics.Lang) error {
	t := tabwriter.NewWriter(w, 2, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "function\tarch\trequests/day\tGB-s/day\tprovisioned\t/tmp\t$/day\t$/month\t")
	for _, l := range s.Lines {
		fmt.Fprintf(t, "%s\t%s\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", l.Function, l.Usage.Architecture, l.Requests, l.GBSeconds, l.Provisioned, l.Storage, l.Day, l.Day*Month)
	}
	fmt.Fprintf(t, "total\t\t\t\t\t\t%.2f\t%.2f\t\n", s.PerDay, s.PerDay*Month)
	if err := t.Flush(); err != nil {
		return err
	}
	if err := s.picture(w, lang); err != nil {
		return err
	}
	for _, line := range s.Advice() {
		if _, err := fmt.Fprintln(w, line.In(lang)); err != nil {
			return err
		}
	}
	return nil
}

// Advice says what could be saved, what the alarm says, and what the figures do
// not hold.
func (s Statement) Advice() []diagnostics.Text {
	var list []diagnostics.Text
	say := func(en, ko string) { list = append(list, diagnostics.Text{En: en, Ko: ko}) }
	if s.Alarm > 0 && s.PerDay >= s.Alarm {
		say(fmt.Sprintf("! %.2f a day is over the alarm of %.2f", s.PerDay, s.Alarm), fmt.Sprintf("! 하루 $%.2f는 경보 기준 $%.2f를 넘습니다", s.PerDay, s.Alarm))
	}
	for _, l := range s.Lines {
		list = append(list, l.advice()...)
	}
	if c := s.Containers; c != nil {
		list = append(list, c.Advice())
	}
	return append(list, s.Basis()...)
}

// Basis says what the figures leave out and which prices they rest on.
func (s Statement) Basis() []diagnostics.Text {
	var list []diagnostics.Text
	say := func(en, ko string) { list = append(list, diagnostics.Text{En: en, Ko: ko}) }
	say(fmt.Sprintf("Free tier (account-wide): up to $%.2f a day less.", s.FreePerDay), fmt.Sprintf("프리 티어(계정 전체): 하루 최대 $%.2f 절감.", s.FreePerDay))
	say(fmt.Sprintf("Prices of %s, %s, US dollars.", s.Prices, s.Region), fmt.Sprintf("가격 기준일 %s, %s, 미국 달러.", s.Prices, s.Region))
	return list
}

// Advice says from which load on the containers are cheaper.
func (c Comparison) Advice() diagnostics.Text {
	en, ko := "never cheaper", "더 저렴해지는 지점이 없습니다"
	switch {
	case c.BreakEven == nil:
	case *c.BreakEven < 1:
		en = "cheaper at any load, because of the provisioned concurrency"
		ko = "프로비저닝된 동시성 때문에 부하와 관계없이 더 저렴합니다"
	default:
		en = fmt.Sprintf("cheaper from %.0f requests a day on", *c.BreakEven)
		ko = fmt.Sprintf("하루 요청 %.0f건부터 더 저렴합니다", *c.BreakEven)
	}
	tasks := fmt.Sprintf("%.0f Fargate tasks", c.Tasks)
	if c.Tasks == 1 {
		tasks = "Fargate: one task"
	}
	return diagnostics.Text{
		En: fmt.Sprintf("%s of %g vCPU and %g GB cost $%.2f a day without load balancer, NAT and logs: %s", tasks, c.VCPU, c.MemoryGB, c.PerDay, en),
		Ko: fmt.Sprintf("Fargate 태스크 %.0f개(%g vCPU, %g GB)는 로드 밸런서, NAT, 로그를 빼고 하루 $%.2f입니다: %s", c.Tasks, c.VCPU, c.MemoryGB, c.PerDay, ko),
	}
}

// Savings says what could be changed and how much it saves a day.
func (l Line) Savings() []diagnostics.Text {
	var list []diagnostics.Text
	say := func(en, ko string) { list = append(list, diagnostics.Text{En: en, Ko: ko}) }
	if saved := l.Day - l.Resized; l.RightMemory > 0 && saved >= 0.01 {
		say(fmt.Sprintf("%s uses %d of %d MB: %d MB would save $%.2f a day if it takes as long (CPU shrinks with memory)", l.Function, l.Usage.MaxUsedMB, l.Usage.MemoryMB, l.RightMemory, saved),
			fmt.Sprintf("%s: %d/%d MB 사용 중. 실행 시간이 같다면 %d MB로 하루 $%.2f 절약(메모리와 함께 CPU도 줄어듭니다)", l.Function, l.Usage.MaxUsedMB, l.Usage.MemoryMB, l.RightMemory, saved))
	}
	if saved := l.Day - l.Arm; l.Arm > 0 && saved >= 0.01 {
		say(fmt.Sprintf("%s on arm64 would save $%.2f a day if it takes as long", l.Function, saved),
			fmt.Sprintf("%s: arm64에서 실행 시간이 같다면 하루 $%.2f 절약", l.Function, saved))
	}
	if l.IdleReserved > 0.5 && l.Provisioned > 0 {
		idle := l.Provisioned * l.IdleReserved
		say(fmt.Sprintf("%s: provisioned concurrency is idle %.0f %% of the time, which costs $%.2f a day", l.Function, l.IdleReserved*100, idle),
			fmt.Sprintf("%s: 프로비저닝된 동시성이 시간의 %.0f%% 동안 유휴 상태이며 하루 $%.2f가 듭니다", l.Function, l.IdleReserved*100, idle))
	}
	return list
}

func (l Line) advice() []diagnostics.Text {
	list := l.Savings()
	say := func(en, ko string) { list = append(list, diagnostics.Text{En: en, Ko: ko}) }
	if l.ColdShare > 0 {
		say(fmt.Sprintf("%s: %.1f %% of the invocations are cold starts", l.Function, l.ColdShare*100),
			fmt.Sprintf("%s: 호출의 %.1f%%가 콜드 스타트입니다", l.Function, l.ColdShare*100))
	}
	if l.Usage.IdleHours > 0 {
		say(fmt.Sprintf("%s: %d hours without a request", l.Function, l.Usage.IdleHours),
			fmt.Sprintf("%s: 요청이 없던 시간 %d시간", l.Function, l.Usage.IdleHours))
	}
	return list
}
