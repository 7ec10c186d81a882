# Time spent collecting, a stacked bar per policy, most first. $data: a row per policy: (its name: policy[k]), seconds in
# generation 0, 1 and 2.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Time spent in garbage collection, by generation"; title_room = 0.62; eval heading

array total[policies]
seconds(k,g) = max(num($data[k], g+2), 0)
x_lo = 0; x_hi = 0; x_unit = "s"; x_log = 0
do for [k=1:policies] {
  name[k] = cut_name(policy[k]); longest = max(longest, strlen(name[k]))
  total[k] = seconds(k,0) + seconds(k,1) + seconds(k,2); x_hi = max(x_hi, total[k])
}
do for [k=1:policies] {
  order[1 + (sum [j=1:policies] (total[j] > total[k] || total[j] == total[k] && j < k))] = k
}
eval scale("x"); x_hi = 1.12*x_hi; eval axis("x")
set xlabel "GC time in the steady state".over_seeds
set yrange [policies + 0.5 : 0.5]
set lmargin chars(name_width(longest) + 3); set rmargin chars(9)
set bmargin screen 0.86 - min(0.76, 0.12*policies)                      # few bars need not be fat
unset ytics; set grid noytics xtics; set border 1

set print $bars
do for [r=1:policies] {
  k = order[r]; x = 0
  do for [g=0:2] { print sprintf("%.9g\t%d\t%.9g\t%d", x, r, x + seconds(k,g), g); x = x + seconds(k,g) }
  long = total[k] > 0 ? duration(total[k]) : "none"
  set label long at total[k], r left offset 0.7,0 font ",10" textcolor rgb ink
  set label name[k] at graph 0, first r right offset -1,0 font name_font(strlen(name[k])) textcolor rgb ink
}
unset print
do for [g=0:2] { eval key_box(0.655 + 0.11*g, generation(g), sprintf("generation %d", g)) }
plot $bars using (0):2:1:3:($2-0.32):($2+0.32):(generation($4)) with boxxyerror fillstyle solid noborder lc rgb variable
