# Request latency by percentile, a curve per policy; each nine of the percentile is as wide as the one before (as
# HdrHistogram draws it). $data: rows policy (1, 2, …), share of requests that took longer, seconds.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Request latency by percentile"; title_room = 0.96; eval heading
eval read_policies("$data")

nines(share) = -log10(share)
nine_text(n) = "99." . "999999999999"[1:n-2]
y_lo = 1e99; y_hi = 0; y_unit = "s"; most = 1
fact_name = "max"
set print $marks
do for [k=1:policies] {
  end_x[k] = 0; end_y[k] = NaN; fact[k] = "none"; next = 1
  do for [i=first[k]:last[k]] {
    x = nines(num($data[i], 2)); s = num($data[i], 3)
    y_lo = min(y_lo, s); y_hi = max(y_hi, s); end_x[k] = x; end_y[k] = s; fact[k] = duration(s)
    if (x >= next - 1e-9) { print sprintf("%d\t%.9g\t%.9g", k, x, s); next = floor(x + 1e-9) + 1 }
  }
  most = max(most, end_x[k])
}
unset print
eval limit_room("y"); eval scale("y"); eval axis("y")
set ylabel "latency".scale_name("y")
set xrange [0 : most]
limit_to(i) = num($limits[i], 3) < 100 ? min(1.0, nines(1 - num($limits[i], 3)/100)/most) : 1.0
eval limit_lines("y")
set xtics ("0" 0, "50" -log10(0.5) 0, "90" 1, "99" 2)
do for [n=3:ceil(most)] { set xtics add (nine_text(n) n) }
set grid xtics
set xlabel "percentile of the requests that arrive in the steady state".of_all_seeds." (%)"
eval side_legend
plot for [r=1:policies] $data using ($1 == order[r] ? nines($2) : NaN):3 with lines lt order[r], \
     for [k=1:policies] $marks using ($1 == k ? $2 : NaN):3 with points lt k
