package collect_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"firstaid/diagnostics"
)

// Metrics come in pages, which no emulator makes; a series without values is left out.
func TestWireMetrics(t *testing.T) {
	t.Parallel()
	w := full(t)
	asked := 0
	hour := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	page := func(token string, from int, values ...float64) answer {
		timestamps, list := cbor.List{}, cbor.List{}
		for i, v := range values {
			timestamps = append(timestamps, &cbor.Tag{ID: 1, Value: cbor.Uint(uint64(hour.Add(time.Duration(from+i) * time.Hour).Unix()))})
			list = append(list, cbor.Float64(v))
		}
		body := cbor.Map{"MetricDataResults": cbor.List{cbor.Map{"Id": cbor.String("m0"), "Timestamps": timestamps, "Values": list}}}
		if token != "" {
			body["NextToken"] = cbor.String(token)
		}
		return answer{status: 200, contentType: "application/cbor", body: string(cbor.Encode(body))}
	}
	w.on("GetMetricData", func(request) answer {
		if asked++; asked == 1 {
			return page("next", 0, 3, 4)
		}
		return page("", 2, 5)
	})
	s := last(t, w.collector())
	if len(s.Metrics) != 1 || len(s.Unread) != 0 {
		t.Fatalf("metrics %+v, unread %+v", s.Metrics, s.Unread)
	}
	m := s.Metrics[0]
	if m.Namespace != "AWS/Lambda" || m.MetricName != "Invocations" || m.Dimensions["FunctionName"] != "shop-fn" || m.Stat != "Sum" || m.Period != 3600 ||
		!slices.Equal(m.Values, []float64{3, 4, 5}) || !m.Timestamps[2].Equal(hour.Add(2*time.Hour)) {
		t.Errorf("%+v", m)
	}
	if u := unreadOf(s, diagnostics.KindMetric); u.Reason != "" {
		t.Errorf("%+v", u)
	}
}
