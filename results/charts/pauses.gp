# Pause percentiles by policy, log scale. $data: a block per policy: its name, then rows percentile, seconds.
# SPDX-License-Identifier: GPL-3.0-or-later
set label 1 "Garbage-collection pauses: percentiles by policy" at screen 0.02, 0.96 font title_font

# the longest pause of each policy, and the range of all
array worst[policies]
lo = 1e99; hi = 0; empty = 0
do for [k=1:policies] {
  worst[k] = 0
  do for [i=first[k]:last[k]] {
    s = num($data[i], 2)
    if (s > 0) { lo = min(lo, s); hi = max(hi, s); worst[k] = max(worst[k], s) }
  }
  empty = empty + (worst[k] == 0)
}
if (hi == 0) { lo = 1e-6; hi = 1; set label "no collections" at graph 0.5, 0.5 center textcolor rgb grey }
eval seconds_axis
set ylabel "pause (log scale)"
x(p) = p == 50 ? 1 : p == 90 ? 2 : p == 99 ? 3 : p == 99.9 ? 4 : p == 100 ? 5 : NaN
set xrange [0.7 : 5.2]
set xtics ("p50" 1, "p90" 2, "p99" 3, "p99.9" 4, "max" 5)
set xlabel "percentile of the pauses after start-up"

# the legend, beside the lines' ends and sorted like them: overlapping rows are pushed apart, up and down alike
array order[policies]; array down[policies]; array up[policies]
do for [k=1:policies] {
  order[1 + (sum [j=1:policies] (worst[j] > worst[k] || worst[j] == worst[k] && j < k))] = k
}
end(r) = worst[order[r]] > 0 ? (log10(worst[order[r]]) - lo)/(hi - lo) : 0
step = min(0.042, 1.0/policies)
do for [r=1:policies]    { down[r] = r == 1        ? end(r) : min(end(r), down[r-1] - step) }
do for [r=policies:1:-1] { up[r]   = r == policies ? end(r) : max(end(r), up[r+1] + step) }
at(r) = max((policies-r)*step, min(1 - (r-1)*step, (down[r] + up[r])/2))
shift(k) = policies > 1 ? 0.24*((k-1.0)/(policies-1) - 0.5) : 0         # equal values stay visible
do for [r=1:policies] {
  k = order[r]
  if (worst[k] > 0) {
    set arrow from 5 + shift(k), worst[k] to graph 1.03, graph at(r) nohead lt k lw 0.7 dt 1
    set label "" at graph 1.04, graph at(r) point lt k
  }
  longest_pause = worst[k] > 0 ? duration(worst[k]) : "none"
  set label longest_pause at graph 1.04, graph at(r) offset 9,0 right font ",10" textcolor rgb grey
  set label name[k] at graph 1.04, graph at(r) offset 10.5,0 left font name_font(strlen(name[k])) textcolor rgb ink
}
set label "max" at graph 1.04, graph at(1) + 0.042 offset 9,0 right font ",10" textcolor rgb grey
set label "policy" at graph 1.04, graph at(1) + 0.042 offset 10.5,0 left font ",10" textcolor rgb grey
set rmargin name_width(longest) + 17

if (empty == policies) { plot NaN } else {
  plot for [r=1:policies-empty] $data index order[r]-1 using (x($1) + shift(order[r])):2 with linespoints lt order[r]
}
