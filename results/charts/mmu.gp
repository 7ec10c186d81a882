# Minimum mutator utilisation: in any window of that length, the program ran at least that share of the time.
# $data: rows policy (1, 2, …), window in seconds, utilisation from 0 to 1.
# Only the points are known: between them is a dotted line that leads the eye.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Minimum mutator utilisation: the higher the better"; title_room = 0.96; eval heading
eval read_policies("$data")

shortest = 1e99; widest = 0
fact_name = "at 10 ms"
do for [k=1:policies] {
  end_x[k] = 0; end_y[k] = NaN; fact[k] = "none"
  do for [i=first[k]:last[k]] {
    w = num($data[i], 2); shortest = min(shortest, w); widest = max(widest, w); end_x[k] = w; end_y[k] = num($data[i], 3)
    if (abs(w - 0.01) < 1e-9) { fact[k] = digits(100*end_y[k], 3)."%" }
  }
}
y_lo = 0; y_hi = 1; y_unit = "fraction"; y_wide = 0
eval scale("y"); y_lo = -0.02; y_hi = 1.02; eval axis("y")
set ylabel "time left to the program, in the worst window".(seeds > 1 ? sprintf(" of %d seeds", seeds) : "")
set logscale x; set xrange [shortest/1.15 : widest*1.15]
set xtics (); do for [k=1:policies] { do for [i=first[k]:last[k]] { set xtics add (duration_(num($data[i], 2), -3) num($data[i], 2)) } }
set grid xtics
set xlabel "window of wall time (log scale); points are what was measured"
eval side_legend
plot for [r=1:policies] $data using ($1 == order[r] ? $2 : NaN):3 with lines lt order[r] lw 1 dt 3, \
     for [r=1:policies] $data using ($1 == order[r] ? $2 : NaN):3 with points lt order[r]
