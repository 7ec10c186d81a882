# Pauses against memory, a point per policy: its p99 pause, with a line up to its longest pause, over its peak heap.
# $data: a row per policy: (its name and its kind: policy[k], kind[k]), is it the baseline, its place among those that no other
# beats (0: not one), has it a curve on other charts, peak heap bytes, p99 pause, longest pause, GC share (0 to 1),
# longest pause up to the horizon, how many of its runs were too short to see what comes.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Pauses against memory: the lower left is better"; title_room = 0.72; eval heading
eval many ? read_kinds : ""

array peak[policies]; array p99[policies]; array worst[policies]; array ahead[policies]; array share[policies];
x_lo = 1e99; x_hi = 1; x_unit = "bytes"; x_zero = 0; y_lo = 1e99; y_hi = 0; y_unit = "s"; y_log = 1; empty = 0; none = 0
do for [k=1:policies] {
  row = $data[k]; name[k] = cut_name(policy[k]); eval many ? '' : grey_if_lost; front[k] = int(num(row, 4)); is_baseline[k] = int(num(row, 3)); has_curve[k] = int(num(row, 5))
  peak[k] = num(row, 6); share[k] = num(row, 9)
  p99[k] = max(num(row, 7), 0); worst[k] = max(num(row, 8), p99[k])       # 0: no collections
  ahead[k] = max(num(row, 10), worst[k]); unseen[k] = int(num(row, 11))
  has_point[k] = peak[k] > 0
  if (peak[k] > 0) { x_lo = min(x_lo, peak[k]); x_hi = max(x_hi, peak[k]) }
  if (p99[k] > 0) { y_lo = min(y_lo, p99[k]) } else { empty = empty + 1 }
  if (ahead[k] > 0) { y_lo = min(y_lo, ahead[k]); y_hi = max(y_hi, ahead[k]) }
}
eval limit_room("x"); eval scale("x"); eval axis("x"); eval limit_room("y"); eval scale("y"); eval axis("y")
set xlabel "peak heap".over_seeds.scale_name("x")
set ylabel "pause in the steady state".over_seeds.scale_name("y")
if (empty > 0) {                        # a band below the axis for policies without collections
  none = y_lo*(y_lo/y_hi)**0.04
  set ytics add ("none" none)
  set object rectangle from graph 0, graph 0 to graph 1, first y_lo fillcolor rgb 0xF2F2F2 fillstyle solid noborder behind
  y_lo = y_lo*(y_lo/y_hi)**0.08; set yrange [y_lo : y_hi]
}

limit_right = 1; limit_wide = 0.52; eval limit_lines("x"); eval limit_lines("y")

# the table: if there are many policies, those that no other beats, the baseline and some others; else all, the longest
# pause first
two_digits(x) = round_(x/decade(x)*10)*decade(x)/10; round_(x) = floor(x + 0.5)
is_ahead(k) = ahead[k] > 1.1*worst[k]
facts(k) = (p99[k] > 0 ? sprintf("p99 %s, max %s", duration(p99[k]), duration(worst[k])) : "no collections") \
  . (is_ahead(k) ? " → ".duration_(two_digits(ahead[k]), -3) : "") . (peak[k] > 0 ? ", ".memory(peak[k]) : "") . (share[k] > 0 ? ", GC ".amount(share[k], "fraction") : "") . (many && is_baseline[k] ? ", the baseline" : "")
place_of(k) = 1 + (sum [j=1:policies] (has_point[j] && (p99[j] > p99[k] || p99[j] == p99[k] && j < k)))
point_x(k) = peak[k]; point_y(k) = p99[k] > 0 ? p99[k] : none; point_reach(k) = max(point_y(k), ahead[k])
eval choose_items; eval point_table; eval mark_points

set label "p99 pause" at screen 0.77, 0.96 font ",10" textcolor rgb ink
set label "" at screen 0.757, 0.96 point pt 7 ps point_size lc rgb ink
set label "longest pause" at screen 0.88, 0.96 font ",10" textcolor rgb ink
if (sum [k=1:policies] (is_ahead(k))) {
  set label "→ predicted" at screen 0.88, 0.925 font ",10" textcolor rgb ink
  set arrow from screen 0.868, 0.91 to screen 0.868, 0.94 size screen 0.004, 90 lc rgb ink lw 1.5 dt 3
}
set arrow from screen 0.868, 0.945 to screen 0.868, 0.975 size screen 0.004, 90 lc rgb ink lw 1

set print $points
do for [k=1:policies] {
  y = p99[k] > 0 ? p99[k] : none
  if (peak[k] > 0) {
    print sprintf("%.9g\t%.9g\t%.9g\t%d\t%d\t%d\t%.9g\t%.9g", peak[k], y, max(y, worst[k]), shape_of(k), !many || strlen(mark_of[k]) > 0, point_color(k), size_of(k), max(y, is_ahead(k) ? ahead[k] : worst[k]))
  }
}
unset print
plot $points using ($5 > 0 ? NaN : $1):2:4:(0xB0000000 + $6) with points pt variable lc rgb variable ps 0.8*point_size, \
     $points using ($5 > 0 ? $1 : NaN):2:(0):($3-$2):6 with vectors size screen 0.004, 90 lc rgb variable lw 1, \
     $points using ($5 > 0 && $8 > $3 ? $1 : NaN):3:(0):($8-$3):6 with vectors size screen 0.004, 90 lc rgb variable lw 1.5 dt 3, \
     $points using ($5 > 0 ? $1 : NaN):2:7:4:6 with points ps variable pt variable lc rgb variable
