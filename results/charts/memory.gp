# Heap over time, a panel per policy, all with the same axes. $data: rows policy (1, 2, …), time, heap bytes, live bytes.
# $collections: rows policy, time, heap bytes before, pause of full collections. $data_of and $collections_of: a row per
# policy: (first and last row), the peak; and the number of full collections, and the longest pause if they are stored.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Heap over time by policy"; title_room = 0.52; eval heading

eval read_policies("$data")
time_max = 0; lo = 1e99
do for [i=1:|$data|] { time_max = max(time_max, num($data[i], 2)) }
do for [i=1:|$data|] { if (num($data[i], 2) >= 0.1*time_max) { lo = min(lo, min(num($data[i], 3), num($data[i], 4))) } }
array peak[policies]; array samples[policies]; array marked[policies]; array full_count[policies]; array longest_pause[policies]
do for [k=1:policies] {
  peak[k] = max(num($data_of[k], 3), 0); samples[k] = last[k] - first[k] + 1
  do for [i=first[k]:last[k]] { peak[k] = max(num($data[i], 3), peak[k]) }
}
eval read_policies("$collections")      # from here first[] and last[] are lines of $collections
do for [k=1:policies] {
  header = $collections_of[k]; marked[k] = last[k] - first[k] + 1
  full_count[k] = int(max(num(header, 3), marked[k])); longest_pause[k] = max(num(header, 4), 0)
  do for [i=first[k]:last[k]] {
    peak[k] = max(num($collections[i], 3), peak[k]); longest_pause[k] = max(num($collections[i], 4), longest_pause[k])
  }
}
any_marked = sum [k=1:policies] (marked[k] > 0)

# one range for all; memory from zero unless the heaps, once the program has started up, vary little
y_hi = 1; y_unit = "bytes"; y_log = 0
do for [k=1:policies] { y_hi = max(y_hi, peak[k]) }
y_lo = 0; eval limit_room("y")
from_zero = !(lo > 0.75*y_hi)
y_lo = from_zero ? 0 : min(lo, 0.99*y_hi); y_zero = from_zero
eval scale("y")
T = clock_unit(time_max)
x_lo = 0; x_hi = max(time_max, 1e-9)/T; x_log = 0
eval scale("x"); x_hi = max(time_max, 1e-9)/T
if (T == 3600 && time_max > 24*T) { x_tics = floor(x_hi/12) + 1; do for [i=1:x_tics] { x_tic[i] = 12*(i-1); x_text[i] = sprintf("%d", 12*(i-1)) } }
eval panels; limit_wide = width - gap; limit_high = height - head; limit_layer = "front"

# the key and the shared axis titles
set arrow 1 from screen 0.55, 0.96 to screen 0.575, 0.96 nohead lc rgb ink lw 1.6
set label 3 "heap" at screen 0.58, 0.96 font ",10" textcolor rgb ink
if (any_marked) {
  set label 4 "full collection" at screen 0.665, 0.96 font ",10" textcolor rgb ink
  set label 6 "" at screen 0.653, 0.96 point pt 7 ps 0.7*point_size lc rgb ink
}
set object 1 rectangle from screen 0.79, 0.95 to screen 0.815, 0.97 fillcolor rgb live_fill fillstyle solid border lc rgb live_line
set label 5 "live (the same for all)" at screen 0.82, 0.96 font ",10" textcolor rgb ink
eval panel_titles(sprintf("time (%s)", clock_name(T)), from_zero ? "heap" : "heap (axis not from 0)")

set multiplot
do for [k=1:policies] {
  full = columns > 3 ? "full" : full_count[k] == 1 ? "full collection" : "full collections"
  facts = "peak ".memory(peak[k]).", ".(full_count[k] ? sprintf("%d %s", full_count[k], full).(longest_pause[k] > 0 ? ", max ".duration(longest_pause[k]) : "") : "no full collection")
  eval panel; eval limit_lines("y"); if (k > 1) { eval no_limit_texts }
  dot = point_size*max(0.2, min(0.7, 25.0/max(marked[k], 1)))
  marks = ', $collections using ($1 == k ? $2/T : NaN):3 with points lt k pt 7 ps dot'
  eval !samples[k] ? 'plot NaN' : 'plot $data using ($1 == k ? $2/T : NaN):(y_lo):4 with filledcurves fillstyle solid noborder lc rgb live_fill, \
    "" using ($1 == k ? $2/T : NaN):4 with lines lc rgb live_line lw 0.8, \
    "" using ($1 == k ? $2/T : NaN):3 with lines lt k lw 1.6 dt 1' . (marked[k] ? marks : "")
  if (k == 1) { eval first_panel_only }
}
unset multiplot
