package playbooks

import (
	"time"

	"firstaid/diagnostics"
)

// A retirement is what AWS has published about the end of a runtime. Existing
// functions go on running after all three days. A zero day is not known.
type retirement struct {
	runtime           string
	ends              string // no more security patches
	noCreate, noWrite string // creating is refused, then changing code or configuration
	successor         string
}

// retirements is the table of docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
// as of October 2026; AWS has moved the days of the blocks before. Runtimes
// that are not in it are not judged.
func retirements() []retirement {
	const create, write = "2027-07-29", "2027-08-31"
	return []retirement{
		{"nodejs", "2016-08-30", "2016-09-30", "2016-10-31", "nodejs24.x"},
		{"nodejs4.3", "2020-03-05", "2020-02-03", "2020-03-05", "nodejs24.x"},
		{"nodejs4.3-edge", "2020-03-05", "2019-03-31", "2019-04-30", "nodejs24.x"},
		{"nodejs6.10", "2019-08-12", "2019-07-12", "2019-08-12", "nodejs24.x"},
		{"nodejs8.10", "2020-03-06", "2020-02-04", "2020-03-06", "nodejs24.x"},
		{"nodejs10.x", "2021-07-30", "2021-07-30", "2022-02-14", "nodejs24.x"},
		{"nodejs12.x", "2023-03-31", "2023-03-31", "2023-04-30", "nodejs24.x"},
		{"nodejs14.x", "2023-12-04", "2024-01-09", write, "nodejs24.x"},
		{"nodejs16.x", "2024-06-12", create, write, "nodejs24.x"},
		{"nodejs18.x", "2025-09-01", create, write, "nodejs24.x"},
		{"nodejs20.x", "2026-04-30", create, write, "nodejs24.x"},
		{"nodejs22.x", "2027-04-30", "2027-06-01", "2027-07-01", "nodejs24.x"},
		{"python2.7", "2021-07-15", "2021-07-15", "2022-05-30", "python3.14"},
		{"python3.6", "2022-07-18", "2022-07-18", "2022-08-29", "python3.14"},
		{"python3.7", "2023-12-04", "2024-01-09", write, "python3.14"},
		{"python3.8", "2024-10-14", create, write, "python3.14"},
		{"python3.9", "2025-12-15", create, write, "python3.14"},
		{"python3.10", "2026-10-31", create, write, "python3.14"},
		{"python3.11", "2027-06-30", create, write, "python3.14"},
		{"java8", "2024-01-08", "2024-02-08", write, "java25"},
		{"java8.al2", "2027-06-30", create, write, "java25"},
		{"java11", "2027-06-30", create, write, "java25"},
		{"java17", "2027-06-30", create, write, "java25"},
		{"dotnetcore1.0", "2019-06-27", "", "2019-07-30", "dotnet10"},
		{"dotnetcore2.0", "2019-05-30", "", "2019-05-30", "dotnet10"},
		{"dotnetcore2.1", "2022-01-05", "2022-01-05", "2022-04-13", "dotnet10"},
		{"dotnetcore3.1", "2023-04-03", "2023-04-03", "2023-05-03", "dotnet10"},
		{"dotnet6", "2024-12-20", create, write, "dotnet10"},
		{"dotnet8", "2026-11-10", create, write, "dotnet10"},
		{"ruby2.5", "2021-07-30", "2021-07-30", "2022-03-31", "ruby3.4"},
		{"ruby2.7", "2023-12-07", "2024-01-09", "", "ruby3.4"},
		{"ruby3.2", "2026-03-31", create, write, "ruby3.4"},
		{"ruby3.3", "2027-03-31", create, write, "ruby3.4"},
		{"go1.x", "2024-01-08", "2024-02-08", write, "provided.al2023"},
		{"provided", "2024-01-08", "2024-02-08", write, "provided.al2023"},
		{"provided.al2", "2026-07-31", create, write, "provided.al2023"},
	}
}

// findRetiredRuntimes compares the functions' runtimes with the days that AWS
// has set, as of the day of the snapshot. A runtime whose functions may no
// longer be changed is a warning, one that only lost its support a note.
func findRetiredRuntimes(s *diagnostics.Snapshot) []diagnostics.Finding {
	if s.Taken.IsZero() {
		return nil
	}
	ix := newIndex(s)
	table := map[string]retirement{}
	for _, r := range retirements() {
		table[r.runtime] = r
	}
	var list []diagnostics.Finding
	for _, f := range s.Functions {
		if r, ok := table[f.Runtime]; ok && passed(r.ends, s.Taken) {
			list = append(list, retired(s, f, r, ix.ofFunction(f.FunctionName)))
		}
	}
	return list
}

func retired(s *diagnostics.Snapshot, f diagnostics.Function, r retirement, subject diagnostics.Ref) diagnostics.Finding {
	found := diagnostics.Finding{
		Severity: diagnostics.Note, Confidence: diagnostics.Confirmed, Subject: subject, Count: 1,
		Captures: map[string]string{"runtime": r.runtime, "successor": r.successor, "since": r.ends},
		Evidence: []diagnostics.Evidence{{Of: diagnostics.Ref{Kind: diagnostics.KindFunction, ID: f.FunctionName}, Field: "Runtime", Quote: f.Runtime}},
		Because:  diagnostics.Text{En: "AWS ended the support of " + r.runtime + " on " + r.ends, Ko: "AWS가 " + r.ends + "에 " + r.runtime + " 지원을 종료했습니다"},
		Summary: diagnostics.Text{
			En: "Runtime " + r.runtime + " has been without support since " + r.ends + "; move to " + r.successor,
			Ko: "런타임 " + r.runtime + "은(는) " + r.ends + "부터 지원되지 않습니다. " + r.successor + "(으)로 옮기세요",
		},
	}
	switch {
	case passed(r.noWrite, s.Taken):
		found.Severity = diagnostics.Warning
		found.Because.En += "; since " + r.noWrite + " such functions cannot be changed"
		found.Because.Ko += ". " + r.noWrite + "부터는 해당 함수를 변경할 수 없습니다"
	case passed(r.noCreate, s.Taken):
		found.Severity = diagnostics.Warning
		found.Because.En += "; since " + r.noCreate + " none can be created"
		found.Because.Ko += ". " + r.noCreate + "부터는 새 함수를 만들 수 없습니다"
	}
	return found
}

// passed reports whether a day (2006-01-02, UTC) has begun; an unknown day has
// not.
func passed(day string, now time.Time) bool {
	d, err := time.Parse(time.DateOnly, day)
	return err == nil && !now.Before(d)
}
