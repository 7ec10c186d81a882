# Main effects: the mean of a metric at each level of each factor that varies, over everything else, with 95% intervals
# over the seeds; a panel per factor, the strongest first. $data: a header line, then a row per level: factor, number and
# label of the level, mean, low and high end of the interval, runs, mean of all levels.
# SPDX-License-Identifier: GPL-3.0-or-later
set label 1 "Main effects on ".short(metric_meaning) at screen 0.02, 0.96 font title_font

array factor[40]; array from[40]; array upto[40]; array reach[40]; factors = 0
y_lo = 1e99; y_hi = -1e99; y_unit = metric_unit; y_zero = 0; widest = 1
do for [i=2:|$data|] {
  row = $data[i]; v = num(row, 4)
  if (factors < 40 && (factors == 0 || field(row, 1) ne factor[max(factors, 1)])) { factors = factors + 1; factor[factors] = field(row, 1); from[factors] = i }
  upto[factors] = i; widest = max(widest, strlen(field(row, 3)))
  lowest = num(row, 5) == num(row, 5) ? num(row, 5) : v; highest = num(row, 6) == num(row, 6) ? num(row, 6) : v
  y_lo = min(y_lo, lowest > 0 ? lowest : 0.9*v); y_hi = max(y_hi, highest)
}
eval scale("y")

# at most 12 panels
drawn = min(factors, 12)
columns = drawn <= 3 ? drawn : drawn == 4 ? 2 : drawn <= 9 ? 3 : 4
lines = ceil(drawn/real(columns))
left = 0.1; right = 0.98; top = 0.88; gap = 0.02; foot = 0.075
width = (right - left + gap)/columns; height = (top - 0.02)/lines
set label 997 short(metric_meaning).scale_name("y") at screen 0.022, (top + 0.02)/2 center rotate textcolor rgb ink
set arrow from screen 0.68, 0.893 to screen 0.705, 0.893 nohead lc rgb grey lw 1 dt 2
set label "mean of all" at screen 0.71, 0.893 font ",10" textcolor rgb ink
if (seeds > 1) {
  set arrow from screen 0.82, 0.881 to screen 0.82, 0.905 heads size screen 0.004, 90 lc rgb hue(3) lw 1
  set label "95% interval" at screen 0.83, 0.893 font ",10" textcolor rgb ink
}
if (drawn < factors) { set label sprintf("%d more with smaller effects", factors - drawn) at screen 0.98, 0.96 right font ",10" textcolor rgb grey }
set multiplot
do for [f=1:drawn] {
  column = (f-1)%columns; line = (f-1)/columns; floor_ = top - (line+1)*height + foot; ceiling = top - line*height - 0.035
  levels = upto[f] - from[f] + 1; widest = 1
  do for [i=from[f]:upto[f]] { widest = max(widest, strlen(field($data[i], 3))) }
  set margins screen left + column*width, screen left + (column+1)*width - gap, screen floor_, screen ceiling
  y_bare = column > 0; eval axis("y")
  set xrange [0.5 : levels + 0.5]; set xtics () rotate by (levels*(widest + 1) > 150*(width - gap) ? -35 : 0) scale 0.4
  do for [i=from[f]:upto[f]] { set xtics add (field($data[i], 3) num($data[i], 2)) }
  set label 999 factor[f] at graph 0, screen ceiling + 0.014 left font ",11" textcolor rgb ink
  all = num($data[from[f]], 8)
  set arrow 999 from graph 0, first all to graph 1, first all nohead lc rgb grey lw 1 dt 2
  plot $data every ::from[f]-1::upto[f]-1 using (strstrt(factor[f], '.') ? $2 : NaN):4 with lines lc rgb hue(3) lw 1.2, \
       "" every ::from[f]-1::upto[f]-1 using 2:4:5:6 with yerrorbars pt -1 ps 0 lc rgb hue(3) lw 1.2, \
       "" every ::from[f]-1::upto[f]-1 using 2:4 with points pt 7 ps 0.8*point_size lc rgb hue(3)
  if (f == 1) { unset arrow; unset label; set label 2 "" }
}
unset multiplot
