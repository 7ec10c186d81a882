# Minimum mutator utilisation: in any window of that length, the program ran at least that share of the time.
# $data: a block per policy: its name, then rows window in seconds, utilisation from 0 to 1.
# SPDX-License-Identifier: GPL-3.0-or-later
set label 1 "Minimum mutator utilisation: the higher the better" at screen 0.02, 0.96 font title_font
eval read_policies("$data")

shortest = 1e99; widest = 0
fact_name = "at 10 ms"
do for [k=1:policies] {
  end_x[k] = 0; end_y[k] = NaN; fact[k] = "none"
  do for [i=first[k]:last[k]] {
    w = num($data[i], 1); shortest = min(shortest, w); widest = max(widest, w); end_x[k] = w; end_y[k] = num($data[i], 2)
    if (abs(w - 0.01) < 1e-9) { fact[k] = digits(100*end_y[k], 3)."%" }
  }
}
y_lo = 0; y_hi = 1; y_unit = "fraction"; y_wide = 0
eval scale("y"); y_lo = -0.02; y_hi = 1.02; eval axis("y")
set ylabel "time left to the program, in the worst window"
set logscale x; set xrange [shortest/1.15 : widest*1.15]
set xtics (); do for [w in "0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10"] { set xtics add (duration(real(w)) real(w)) }
set grid xtics
set xlabel "window of wall time (log scale)"
eval side_legend
plot for [r=1:policies] $data index order[r]-1 using (has_end(order[r]) ? $1 : NaN):2 with linespoints lt order[r]
