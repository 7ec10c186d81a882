# Age of objects as they are reclaimed, in allocations since their own, a panel per policy, by generation and by who freed
# them. $data: rows policy (1, 2, …), generation, smallest and largest age of the bucket, objects freed by reference count,
# by collections.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Age of objects at death"; title_room = 0.24; eval heading
eval read_policies("$data")

x_lo = 1e99; x_hi = 1; x_log = 1; y_lo = 1; y_hi = 1; y_log = 1; frozen = 0
array freed[policies]; array found[policies]
middle(a,b) = sqrt(max(a, 0.7)*(b + 1))

# $points: policy, generation, age, objects freed by reference count, by collections; an empty line where a bucket is
# missing, which lines do not cross
set print $points
do for [k=1:policies] {
  freed[k] = 0; found[k] = 0; before = -1
  do for [i=first[k]:last[k]] {
    row = $data[i]; m = middle(num(row, 3), num(row, 4)); a = num(row, 5); b = num(row, 6)
    x_lo = min(x_lo, m); x_hi = max(x_hi, m); y_hi = max(y_hi, max(a, b)); freed[k] = freed[k] + a; found[k] = found[k] + b
    frozen = frozen || num(row, 2) == 3 && a + b > 0
    if (before != num(row, 3)) { print "" }
    before = num(row, 4) + 1
    print sprintf("%d\t%d\t%.9g\t%s\t%s", k, num(row, 2), m, a > 0 ? field(row, 5) : "NaN", b > 0 ? field(row, 6) : "NaN")
  }
}
unset print
eval scale("x"); eval scale("y"); y_lo = 0.6
eval panels
by_count(g) = g == 3 ? 0x909090 : generation(g)
by_collector(g) = g == 0 ? 0xF2B25C : g == 1 ? 0xCF7F00 : g == 2 ? 0x7A3E00 : 0x000000
set label "reference count: generation" at screen 0.50, 0.96 right font ",10" textcolor rgb ink
set label "collections: generation" at screen 0.81, 0.96 right font ",10" textcolor rgb ink
do for [g=0:2+frozen] {
  eval key_box(0.51 + 0.04*g, by_count(g), g == 3 ? "perm." : sprintf("%d", g))
  eval key_box(0.82 + 0.04*g, by_collector(g), g == 3 ? "perm." : sprintf("%d", g))
}
eval panel_titles("age at death: allocations since its own (log scale)", "objects (log scale)")
set multiplot
do for [k=1:policies] {
  facts = last[k] < first[k] ? "nothing was freed" : count(freed[k]).(columns > 3 ? " + " : " by reference count, ").count(found[k]).(columns > 3 ? "" : " by collections")
  eval panel
  plot for [g=0:3] $points using ($1 == k && $2 == g ? $3 : NaN):4 with linespoints pt 7 ps 0.3*point_size lc rgb by_count(g) lw 1.6 dt 1, \
       for [g=0:3] $points using ($1 == k && $2 == g ? $3 : NaN):5 with linespoints pt 5 ps 0.3*point_size lc rgb by_collector(g) lw 1.6 dt 1
  if (k == 1) { eval first_panel_only }
}
unset multiplot
