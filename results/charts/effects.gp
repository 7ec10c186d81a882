# Main effects: the mean of a metric at each level of each factor that varies, over everything else, with the 95% interval
# of its difference to the mean of all; a panel per factor, the strongest first. $data: a row per level: (factor[i]), number of the
# level, (label[i]), mean, low and high end of the interval, runs, mean of all levels, are the
# levels ordered (1; words are not: 0, and have no line).
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Main effects on ".short(metric_meaning); title_room = 0.96; eval heading

array panel_factor[40]; array from[40]; array upto[40]; array reach[40]; factors = 0
y_lo = 1e99; y_hi = -1e99; y_unit = metric_unit; y_zero = 0
do for [i=1:|$data|] {
  row = $data[i]; v = num(row, 4)
  if (factors < 40 && (factors == 0 || factor[i] ne panel_factor[max(factors, 1)])) { factors = factors + 1; panel_factor[factors] = factor[i]; from[factors] = i }
  upto[factors] = i
  lowest = num(row, 5) == num(row, 5) ? num(row, 5) : v; highest = num(row, 6) == num(row, 6) ? num(row, 6) : v
  y_lo = min(y_lo, lowest > 0 ? lowest : 0.9*v); y_hi = max(y_hi, highest)
}
eval limit_room("y"); eval scale("y")

# at most 12 panels
drawn = min(factors, 12)
columns = drawn <= 3 ? drawn : drawn == 4 ? 2 : drawn <= 9 ? 3 : 4
lines = ceil(drawn/real(columns))
left = 0.1; right = 0.98; top = 0.88; gap = 0.02
width = (right - left + gap)/columns; height = (top - 0.02)/lines

# labels of levels that do not fit side by side are slanted, and need room below
array label_width[drawn]; array foot[lines]
do for [f=1:drawn] {
  label_width[f] = 1
  do for [i=from[f]:upto[f]] { label_width[f] = max(label_width[f], strlen(cut(label[i], 40))) }
}
levels(f) = upto[f] - from[f] + 1
is_slanted(f) = levels(f)*(label_width[f] + 1) > 150*(width - gap)
do for [l=1:lines] {
  foot[l] = 0.05
  do for [f=(l-1)*columns+1:min(drawn, l*columns)] { if (is_slanted(f)) { foot[l] = max(foot[l], min(0.4*height, 0.035 + 0.0052*label_width[f])) } }
}
# names of the first column's slanted labels begin left of their panels: beside the axis title
do for [f=1:drawn:columns] { if (is_slanted(f)) { left = max(left, min(0.2, 0.045 + 0.0047*label_width[f] - 0.5*(width - gap)/levels(f))) } }
width = (right - left + gap)/columns
set label 997 short(metric_meaning).scale_name("y") at screen 0.022, (top + 0.02)/2 center rotate textcolor rgb ink
set arrow from screen 0.48, 0.893 to screen 0.505, 0.893 nohead lc rgb grey lw 1 dt 2
set label "mean of all" at screen 0.51, 0.893 font ",10" textcolor rgb ink
if (seeds > 1) {
  set arrow from screen 0.61, 0.881 to screen 0.61, 0.905 heads size screen 0.004, 90 lc rgb hue(3) lw 1
  set label "95% interval of the difference to the mean of all, within seeds" at screen 0.62, 0.893 font ",10" textcolor rgb ink
}
if (drawn < factors) { set label sprintf("%d more with smaller effects", factors - drawn) at screen 0.98, 0.96 right font ",10" textcolor rgb grey }
set multiplot
do for [f=1:drawn] {
  column = (f-1)%columns; line = (f-1)/columns; floor_ = top - (line+1)*height + foot[line+1]; ceiling = top - line*height - 0.035
  set margins screen left + column*width, screen left + (column+1)*width - gap, screen floor_, screen ceiling
  y_bare = column > 0; eval axis("y")
  set xrange [0.5 : levels(f) + 0.5]; eval is_slanted(f) ? 'set xtics () rotate by 35 right scale 0.4' : 'set xtics () norotate center scale 0.4'
  every_ = is_slanted(f) ? ceil(levels(f)*0.02/(width - gap)) : 1
  do for [i=from[f]:upto[f]] { set xtics add (((i - from[f]) % every_ ? "" : level_text(label[i])) num($data[i], 2)) }
  counted = int(sum [i=from[f]:upto[f]] num($data[i], 7))
  heading_ = cut(panel_factor[f], 60).(counted == runs ? "" : sprintf(" (%d runs)", counted))
  set label 999 heading_ at graph 0, screen ceiling + 0.014 left font sprintf(",%g", max(5, min(11, 11*(width - gap)/(0.0064*letter_scale*strlen(heading_))))) textcolor rgb ink
  all = num($data[from[f]], 8)
  set arrow 999 from graph 0, first all to graph 1, first all nohead lc rgb grey lw 1 dt 2
  limit_wide = width - gap; limit_high = ceiling - floor_; eval limit_lines("y"); if (f > 1) { eval no_limit_texts }
  plot $data every ::from[f]-1::upto[f]-1 using ($9 > 0 ? $2 : NaN):4 with lines lc rgb hue(3) lw 1.2, \
       "" every ::from[f]-1::upto[f]-1 using 2:4:5:6 with yerrorbars pt -1 ps 0 lc rgb hue(3) lw 1.2, \
       "" every ::from[f]-1::upto[f]-1 using 2:4 with points pt 7 ps 0.8*point_size lc rgb hue(3)
  if (f == 1) { unset arrow; unset label; set label 2 "" }
}
unset multiplot
