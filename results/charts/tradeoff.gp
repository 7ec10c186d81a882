# Pauses against memory, a point per policy: its p99 pause, with a line up to its longest pause, over its peak heap.
# $data: a block per policy: its name, then one row peak heap bytes, p99 pause, longest pause, GC share (0 to 1).
# SPDX-License-Identifier: GPL-3.0-or-later
set label 1 "Pauses against memory: the lower left is better" at screen 0.02, 0.96 font title_font

array peak[policies]; array p99[policies]; array worst[policies]; array share[policies]
heap_lo = 1e99; heap_hi = 1; lo = 1e99; hi = 0; empty = 0; none = 0
do for [k=1:policies] {
  row = first[k] > last[k] ? "" : $data[first[k]]
  peak[k] = num(row, 1); share[k] = num(row, 4)
  p99[k] = max(num(row, 2), 0); worst[k] = max(num(row, 3), p99[k])       # 0: no collections
  if (peak[k] > 0) { heap_lo = min(heap_lo, peak[k]); heap_hi = max(heap_hi, peak[k]) }
  if (p99[k] > 0) { lo = min(lo, p99[k]); hi = max(hi, worst[k]) } else { empty = empty + 1 }
}
if (hi == 0) { lo = 1e-6; hi = 1 }
eval seconds_axis
set ylabel "pause after start-up (log scale)"
if (empty > 0) {                        # a band below the axis for policies without collections
  none = 10**(lo - 0.04*(hi-lo))
  set yrange [10**(lo - 0.08*(hi-lo)) : 10**hi]
  set ytics add ("none" none)
  set object rectangle from graph 0, graph 0 to graph 1, first 10**lo fillcolor rgb 0xF2F2F2 fillstyle solid noborder behind
}

# memory, logarithmic when it spans much; policies with nearly equal results are drawn side by side
M = mem_unit(heap_hi); log_x = heap_hi > 20*heap_lo
x_lo = log_x ? 0.8*heap_lo : heap_lo - 0.1*heap_hi; x_hi = log_x ? 1.25*heap_hi : 1.1*heap_hi
set xrange [x_lo/M : x_hi/M]
set xlabel log_x ? "peak heap (log scale)" : sprintf("peak heap (%s)", mem_name(M))
if (log_x) {
  set logscale x; set xtics ()
  do for [e=0:3] { do for [m in heap_hi > 1000*heap_lo ? "1 10 100" : "1 2 5 10 20 50 100 200 500"] {
    set xtics add (memory(m*2.0**(10*e)) m*2.0**(10*e)/M)
  } }
}
near(a,b) = abs(a - b) <= 0.03*max(a, b)
twins(k) = k == 1 ? 0 : sum [j=1:k-1] (near(peak[j], peak[k]) && near(p99[j], p99[k]))
shift(x,n) = log_x ? x*(x_hi/x_lo)**(0.014*n) : x + 0.014*n*(x_hi - x_lo)

# the legend: a table right of the plot, sorted by p99
array order[policies]
do for [k=1:policies] {
  order[1 + (sum [j=1:policies] (p99[j] > p99[k] || p99[j] == p99[k] && j < k))] = k
}
step = min(0.08, 1.04/policies)
do for [r=1:policies] {
  k = order[r]; y = 1 - (r-1)*step
  facts = p99[k] > 0 ? sprintf("p99 %s, max %s", duration(p99[k]), duration(worst[k])) : "no collections"
  facts = facts . (peak[k] > 0 ? ", ".memory(peak[k]) : "") . (share[k] > 0 ? sprintf(", GC %.3g%%", 100*share[k]) : "")
  set label "" at graph 1.04, graph y point lt k
  set label name[k] at graph 1.04, graph y offset 2,0 left font name_font(strlen(name[k])) textcolor rgb ink
  set label facts at graph 1.04, graph y - min(0.027, 0.43*step) offset 2,0 left font ",8.5" textcolor rgb grey
}
set rmargin max(name_width(longest), 38) + 6

set label "p99 pause" at screen 0.77, 0.96 font ",10" textcolor rgb ink
set label "" at screen 0.757, 0.96 point pt 7 ps point_size lc rgb ink
set label "longest pause" at screen 0.88, 0.96 font ",10" textcolor rgb ink
set arrow from screen 0.868, 0.945 to screen 0.868, 0.975 size screen 0.004, 90 lc rgb ink lw 1

set print $points
do for [k=1:policies] {
  y = p99[k] > 0 ? p99[k] : none
  if (peak[k] > 0) { print sprintf("%.9g\t%.9g\t%.9g\t%d", shift(peak[k], twins(k))/M, y, max(y, worst[k]), k) }
}
unset print
plot $points using 1:2:(0):($3-$2):4 with vectors size screen 0.004, 90 lc variable lw 1, \
     "" using 1:2:(shape($4)):4 with points pt variable lc variable ps point_size
