# A metric against peak memory, a point per policy with the 95% intervals of both means, and the front: the policies
# that no other beats in both. $data: a row per policy: (its name and its kind: policy[k], kind[k]), is it the baseline,
# its place on the front, has it a curve on other charts, then mean, low and high end of the interval of the peak heap in bytes, and of the metric; how many of its runs were too short to see what comes, is the peak that up to the horizon.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = capital(short(metric_meaning))." against peak memory"; title_room = 0.96; eval heading
eval many ? read_kinds : ""

array heap[policies]; array value[policies]; array range[policies]
x_lo = 1e99; x_hi = 0; y_lo = 1e99; y_hi = 0; x_unit = "bytes"; y_unit = metric_unit; x_zero = 0; y_zero = 0
or_mean(a,b) = a == a ? a : b
heap_lo = 1e99; heap_hi = 0; zeros = 0; front_count = 0
do for [k=1:policies] {
  row = $data[k]; name[k] = cut_name(policy[k]); eval many ? '' : grey_if_lost; front[k] = int(num(row, 4)); heap[k] = num(row, 6); value[k] = num(row, 9)
  is_baseline[k] = int(num(row, 3)); has_curve[k] = int(num(row, 5)); has_point[k] = value[k] == value[k]; unseen[k] = int(num(row, 12))
  range[k] = num(row, 10) == num(row, 10) && num(row, 11) > num(row, 10) ? sprintf(" (%s to %s)", amount(num(row, 10), metric_unit), amount(num(row, 11), metric_unit)) : ""
  if (value[k] == value[k]) {
    front_count = front_count + (front[k] > 0)
    heap_lo = min(heap_lo, heap[k]); heap_hi = max(heap_hi, heap[k])
    if (!many || front[k] > 0 || is_baseline[k] || has_curve[k]) {  # may have its intervals drawn
      x_lo = min(x_lo, or_mean(num(row, 7), heap[k])); x_hi = max(x_hi, or_mean(num(row, 8), heap[k]))
      y_hi = max(y_hi, or_mean(num(row, 11), value[k]))
      if (or_mean(num(row, 10), value[k]) > 0) { y_lo = min(y_lo, or_mean(num(row, 10), value[k])) }
    }
    if (value[k] > 0) { y_lo = min(y_lo, value[k]); y_hi = max(y_hi, value[k]) } else { zeros = zeros + 1 }
  }
}

# intervals may leave the frame, when they are much wider than the distances between the points
room = 0.5*max(heap_hi - heap_lo, 0.02*heap_hi)
x_lo = min(heap_lo, max(x_lo, heap_lo - room)); x_hi = max(max(heap_hi, min(x_hi, heap_hi + room)), 1)
if (zeros > 0 && !(y_hi > 20*y_lo)) { y_lo = 0; zeros = 0; y_zero = 1 }
eval limit_room("x"); eval limit_room("y")
eval scale("x"); eval axis("x"); eval scale("y"); eval axis("y")
none = 0
if (zeros > 0) {                        # a band below a logarithmic axis for what is 0
  none = y_lo*(y_lo/y_hi)**0.04
  set ytics add ("0" none)
  set object rectangle from graph 0, graph 0 to graph 1, first y_lo fillcolor rgb 0xF2F2F2 fillstyle solid noborder behind
  y_lo = y_lo*(y_lo/y_hi)**0.08; set yrange [y_lo : y_hi]
}
level(v) = zeros > 0 && !(v > 0) ? none : v
set xlabel "peak heap".(num($data[1], 13) > 0 ? " up to the horizon" : "").over_seeds.scale_name("x")
set ylabel short(metric_meaning).over_seeds.scale_name("y")
set grid xtics

limit_right = 1; limit_wide = 0.52; eval limit_lines("x"); eval limit_lines("y")

# the table: if there are many policies, the front, the baseline and some others; else all, the best first
better(j,k) = lost(j) != lost(k) ? lost(k) : metric_better eq "high" ? value[j] > value[k] : value[j] < value[k]
no_value(k) = !has_point[k]
place_of(k) = 1 + (sum [j=1:policies] (has_point[j] && (better(j, k) || !better(k, j) && j < k)))
facts(k) = amount(value[k], metric_unit) . range[k] . ", " . memory(heap[k]) . (many || front[k] == 0 ? "" : ", on the front") . (many && is_baseline[k] ? ", the baseline" : "")
point_x(k) = heap[k]; point_y(k) = level(value[k]); point_reach(k) = point_y(k)
eval choose_items; eval point_table; eval mark_points

# the front, from its first policy to the edge on the right
array step_of[max(front_count, 1)]
do for [k=1:policies] { if (front[k] > 0) { step_of[front[k]] = k } }
set print $front
do for [n=1:front_count] { print sprintf("%.9g\t%.9g", heap[step_of[n]], level(value[step_of[n]])) }
if (front_count) { print sprintf("%.9g\t%.9g", x_hi, level(value[step_of[front_count]])) } else { print "NaN\tNaN" }
unset print
front_x = seeds > 1 ? 0.7 : 0.76  # what chance leaves open is not drawn: `best` says which others may belong to it
set arrow from screen front_x, 0.89 to screen front_x + 0.025, 0.89 nohead lc rgb grey lw 1.4 dt 2
set label "front".(seeds > 1 ? " of the means" : "") at screen front_x + 0.03, 0.89 font ",10" textcolor rgb ink
if (seeds > 1) {
  set arrow from screen 0.86, 0.878 to screen 0.86, 0.902 heads size screen 0.004, 90 lc rgb ink lw 1
  set label "95% interval" at screen 0.87, 0.89 font ",10" textcolor rgb ink
}
set print $points
do for [k=1:policies] { if (!no_value(k)) {
  row = $data[k]
  print sprintf("%.9g\t%.9g\t%d\t%d\t%.9g\t%.9g\t%.9g\t%.9g\t%d\t%.9g", heap[k], level(value[k]), shape_of(k), !many || strlen(mark_of[k]) > 0, \
    or_mean(num(row, 7), heap[k]), or_mean(num(row, 8), heap[k]), level(or_mean(num(row, 10), value[k])), level(or_mean(num(row, 11), value[k])), point_color(k), size_of(k))
} }
unset print
plot $points using ($4 > 0 ? NaN : $1):2:3:(0xB0000000 + $9) with points pt variable lc rgb variable ps 0.8*point_size, \
     $front using 1:2 with steps lc rgb grey lw 1.4 dt 2, \
     $points using ($4 > 0 ? $1 : NaN):2:5:6:7:8:9 with xyerrorbars pt -1 ps 0 lc rgb variable lw 0.9, \
     $points using ($4 > 0 ? $1 : NaN):2:10:3:9 with points ps variable pt variable lc rgb variable
