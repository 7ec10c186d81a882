# How many pauses are how long, a panel per policy, by generation. $data: rows policy (1, 2, …), generation, seconds of the
# mean and of the longest pause in the bucket, collections.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Garbage-collection pauses: how many are how long"; title_room = 0.62; eval heading
eval read_policies("$data")

x_lo = 1e99; x_hi = 0; x_unit = "s"; x_log = 1
do for [k=1:policies] { do for [i=first[k]:last[k]] { x_lo = min(x_lo, num($data[i], 3)); x_hi = max(x_hi, num($data[i], 4)) } }
eval limit_room("x"); eval scale("x")

# a bar is a decade over `fineness` wide: narrower if pauses are alike
decades = log10(x_hi/x_lo)
fineness = decades > 4 ? 8 : decades > 2 ? 12 : decades > 1 ? 24 : 40
place(s) = floor(log10(s)*fineness)
edge(n) = 10**(n/real(fineness))
leftmost = place(x_lo); many = place(x_hi) - leftmost + 1
array pauses[3*many]; array total[3*policies]; array slowest[policies]
y_lo = 1; y_hi = 1; y_log = 1
set print $bars
do for [k=1:policies] {
  do for [n=1:3*many] { pauses[n] = 0 }
  do for [g=0:2] { total[3*k-2+g] = 0 }
  slowest[k] = 0
  do for [i=first[k]:last[k]] {
    g = int(num($data[i], 2)); s = num($data[i], 3); c = num($data[i], 5)
    n = 3*(place(s) - leftmost) + g + 1
    pauses[n] = pauses[n] + c; total[3*k-2+g] = total[3*k-2+g] + c; slowest[k] = max(slowest[k], num($data[i], 4)); y_hi = max(y_hi, pauses[n])
  }
  do for [g=0:2] { do for [n=1:many] { if (pauses[3*n-2+g] > 0) {
    print sprintf("%d\t%d\t%.9g\t%.9g\t%d", k, g, edge(leftmost+n-1), edge(leftmost+n), pauses[3*n-2+g])
  } } }
}
unset print
eval scale("y"); y_lo = 0.6
eval panels; limit_wide = width - gap; limit_high = height - head; limit_layer = "front"
do for [g=0:2] { eval key_box(0.655 + 0.11*g, generation(g), sprintf("generation %d", g)) }
eval panel_titles("pause".of_all_seeds." (log scale)", "collections (log scale)")
set multiplot
do for [k=1:policies] {
  facts = by_generation(total[3*k-2], total[3*k-1], total[3*k]) . (slowest[k] > 0 ? "max ".duration(slowest[k]) : "")
  eval panel; eval limit_lines("x"); if (k > 1) { eval no_limit_texts }
  plot for [g=0:2] $bars using ($1 == k && $2 == g ? sqrt($3*$4) : NaN):5:3:4:(y_lo):5 with boxxyerror \
    fillcolor rgb generation(g) fillstyle transparent solid 0.85 border lc rgb 0x003C78 lw 0.4
  if (k == 1) { eval first_panel_only }
}
unset multiplot
