# Pause percentiles by policy. $data: rows policy (1, 2, …), percentile, seconds.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Garbage-collection pauses: percentiles by policy"; title_room = 0.96; eval heading
eval read_policies("$data")

y_lo = 1e99; y_hi = 0; y_unit = "s"; y_log = 1
shift(k) = policies > 1 ? 0.24*((k-1.0)/(policies-1) - 0.5) : 0         # equal values stay visible
fact_name = "max"
do for [k=1:policies] {
  end_x[k] = 5 + shift(k); end_y[k] = NaN; fact[k] = "none"
  do for [i=first[k]:last[k]] { s = num($data[i], 3); y_lo = min(y_lo, s); y_hi = max(y_hi, s); end_y[k] = s; fact[k] = duration(s) }
}
eval limit_room("y"); eval scale("y"); eval axis("y")
set ylabel "pause".scale_name("y")
x(p) = p == 50 ? 1 : p == 90 ? 2 : p == 99 ? 3 : p == 99.9 ? 4 : p == 100 ? 5 : NaN
set xrange [0.7 : 5.2]
limit_to(i) = (x(num($limits[i], 3)) - 0.7 + 0.15)/4.5
eval limit_lines("y")
set xtics ("p50" 1, "p90" 2, "p99" 3, "p99.9" 4, "max" 5)
set xlabel "percentile of the pauses in the steady state".(seeds > 1 ? of_all_seeds."; max: longest of all seeds" : "")
eval side_legend
plot for [r=1:policies] $data using ($1 == order[r] ? x($2) + shift(order[r]) : NaN):3 with linespoints lt order[r]
