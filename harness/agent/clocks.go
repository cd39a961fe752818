package agent

import "time"

// Clocks are readings of the time that passed between a job's requests, all of
// them within what was measured: when each began; as little as possible; as
// much as possible.
func Clocks(result JobResult) []func(step, repetition int) time.Duration {
	var least, began, most [][]time.Duration
	var start, last time.Time
	var sum time.Duration
	for i := range result.Steps {
		row := make([][]time.Duration, 3)
		for k := range result.Steps[i] {
			o := &result.Steps[i][k]
			if start.IsZero() {
				start, last = o.Began, o.Began
			}
			sum += max(o.Began.Sub(last), 0)
			if end := o.Began.Add(o.Elapsed); end.After(last) {
				last = end
			}
			row[0] = append(row[0], sum)
			row[1] = append(row[1], o.Began.Sub(start))
			row[2] = append(row[2], o.Began.Add(o.Elapsed).Sub(start))
		}
		least, began, most = append(least, row[0]), append(began, row[1]), append(most, row[2])
	}
	if len(most) > 0 && len(most[0]) > 0 {
		most[0][0] = 0 // from the beginning of the first
	}
	var list []func(step, repetition int) time.Duration
	for _, table := range [][][]time.Duration{began, least, most} {
		list = append(list, func(step, repetition int) time.Duration { return max(table[step][repetition], 0) })
	}
	return list
}
