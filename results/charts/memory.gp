# Heap over time, a panel per policy, all with the same axes. $data: a block per policy: its name, then rows time,
# heap bytes, live bytes. $collections: the same for full collections: rows time, heap bytes before, pause. A name may be
# followed by what need not show in the rows: in $data the peak, in $collections the number and the longest pause.
# SPDX-License-Identifier: GPL-3.0-or-later
set label 1 "Heap over time by policy" at screen 0.02, 0.96 font title_font

stats $data using 1 nooutput; time_max = STATS_max
stats $data using ($1 >= 0.1*time_max ? min($2, $3) : NaN) nooutput; lo = STATS_min
array peak[policies]; array samples[policies]; array marked[policies]; array count[policies]; array longest_pause[policies]
do for [k=1:policies] {
  peak[k] = 0; samples[k] = last[k] - first[k] + 1
  if (samples[k]) { stats $data index k-1 using 2 nooutput; peak[k] = STATS_max }
}
eval read_policies("$collections")      # from here first[] and last[] are lines of $collections
do for [k=1:policies] {
  header = $collections[first[k]-1]; marked[k] = last[k] - first[k] + 1
  count[k] = int(max(num(header, 2), marked[k])); longest_pause[k] = max(num(header, 3), 0)
  do for [i=first[k]:last[k]] {
    peak[k] = max(num($collections[i], 2), peak[k]); longest_pause[k] = max(num($collections[i], 3), longest_pause[k])
  }
}

# a panel per policy in a grid; a name too long for its panel is broken after a comma or colon
columns = policies <= 3 ? policies : policies == 4 ? 2 : policies <= 12 ? 3 : 4
lines = ceil(policies/real(columns))
left = 0.085; right = 0.98; top = 0.89; bottom = 0.10; gap = 0.02
width = (right - left + gap)/columns; height = (top - bottom)/lines
fit = int(152*(width - gap))            # characters
cut(s,n) = n < 2 ? fit : strstrt(",:", s[n:n]) ? n : cut(s, n-1)
rest(s) = s[cut(s, fit)+1:*]
rows(s) = strlen(s) <= fit ? 1 : 1 + rows(rest(s))
row(s,n) = strlen(s) <= fit ? s : n == 1 ? s[1:cut(s, fit)] : row(rest(s), n-1)
tallest = 1
do for [k=1:policies] { tallest = max(tallest, rows(name[k])) }
head = 0.038 + 0.02*tallest

# one range for all; memory from zero unless the heaps, once the program has started up, vary little
hi = 1
do for [k=1:policies] { hi = max(hi, peak[k]) }
from_zero = !(lo > 0.75*hi)
span = max(hi - (from_zero ? 0 : lo), 0.01*hi)
lo = from_zero ? 0 : lo - 0.1*span
M = mem_unit(hi); T = clock_unit(time_max)
set yrange [lo/M : (hi + 0.05*span)/M]; set xrange [0 : max(time_max, 1e-9)/T]
if (lines > 2) { set ytics round_step(span/M/3) }
if (T == 3600 && time_max > 24*T) { set xtics 12 }

# the key and the shared axis labels
set arrow 1 from screen 0.55, 0.96 to screen 0.575, 0.96 nohead lc rgb ink lw 1.6
set label 3 "heap" at screen 0.58, 0.96 font ",10" textcolor rgb ink
set label 4 "full collection" at screen 0.665, 0.96 font ",10" textcolor rgb ink
set label 6 "" at screen 0.653, 0.96 point pt 7 ps 0.7*point_size lc rgb ink
set object 1 rectangle from screen 0.79, 0.95 to screen 0.815, 0.97 fillcolor rgb live_fill fillstyle solid border lc rgb live_line
set label 5 "live (the same for all)" at screen 0.82, 0.96 font ",10" textcolor rgb ink
set label 7 sprintf("heap (%s%s)", mem_name(M), from_zero ? "" : ", axis not from 0") \
  at screen 0.022, (top+bottom)/2 center rotate textcolor rgb ink
set label 8 sprintf("time (%s)", clock_name(T)) at screen (left+right)/2, 0.025 center textcolor rgb ink

set multiplot
do for [k=1:policies] {
  column = (k-1)%columns; line = (k-1)/columns; ceiling = top - line*height - head
  set margins screen left + column*width, screen left + (column+1)*width - gap, screen top - (line+1)*height, screen ceiling
  set format y (column == 0 ? "%g" : "")
  set format x (k + columns > policies ? "%g" : "")
  full = columns > 3 ? "full" : count[k] == 1 ? "full collection" : "full collections"
  facts = count[k] ? sprintf("%d %s, max %s", count[k], full, duration(longest_pause[k])) : "no full collection"
  do for [n=1:tallest] {
    part = n <= rows(name[k]) ? row(name[k], n) : ""
    set label 10+n part at graph 0, screen ceiling + 0.017 + 0.02*(rows(name[k]) - n + 1) left font ",10" textcolor rgb ink
  }
  set label 9 "peak ".memory(peak[k]).", ".facts at graph 0, screen ceiling + 0.015 left font ",9" textcolor rgb grey
  dot = point_size*max(0.2, min(0.7, 25.0/max(marked[k], 1)))
  marks = ', $collections index k-1 using ($1/T):($2/M) with points lt k pt 7 ps dot'
  eval !samples[k] ? 'plot NaN' : 'plot $data index k-1 using ($1/T):(lo/M):($3/M) with filledcurves fillstyle solid noborder lc rgb live_fill, \
    "" index k-1 using ($1/T):($3/M) with lines lc rgb live_line lw 0.8, \
    "" index k-1 using ($1/T):($2/M) with lines lt k lw 1.6 dt 1' . (marked[k] ? marks : "")
  if (k == 1) { unset arrow 1; unset object 1; do for [i=1:8] { unset label i } }
}
unset multiplot
