# Collections over time, a row per policy: a line each, as high as its pause is long (log scale), as dark as its
# generation is old. $data: rows policy (1, 2, …), seconds, generation, pause in seconds. $data_of: a row per policy: (first
# and last row in $data), seconds of the run, seconds at which the steady state begins, collections of generation 0, 1, 2.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = "Collections over time"; title_room = 0.43; eval heading
eval read_policies("$data")

array wall[policies]; array steady[policies]; array facts[policies]; array slowest[policies]; array longest_is[policies]
y_lo = 1e99; y_hi = 0; y_unit = "s"; y_log = 1
x_lo = 0; x_hi = 0; x_log = 0
do for [k=1:policies] {
  header = $data_of[k]; wall[k] = num(header, 3); steady[k] = num(header, 4); x_hi = max(x_hi, wall[k])
  slowest[k] = 0
  do for [i=first[k]:last[k]] { s = num($data[i], 4); y_lo = min(y_lo, s); y_hi = max(y_hi, s); slowest[k] = max(slowest[k], s) }
  happened = num(header, 5) + num(header, 6) + num(header, 7)
  longest_is[k] = slowest[k] > 0 ? "max ".duration(slowest[k]) : happened > 0 ? "not stored" : ""
  facts[k] = by_generation(num(header, 5), num(header, 6), num(header, 7)) . longest_is[k]
}
eval limit_room("y"); eval scale("y")
T = clock_unit(x_hi); end = x_hi/T
x_hi = end; eval scale("x"); x_hi = end; eval axis("x")
set xlabel sprintf("time (%s)", clock_name(T))

# row k from the top is the stretch from policies - k to policies - k + 1; its name is above its lines; if there are many
# rows, beside them
tall = 0.76/policies                    # of a row, of the screen
beside = policies > 10
text = beside ? 0 : 0.026/tall          # of a row
foot = min(0.15, 0.02/tall)
base(k) = policies - k + foot
room = 0.97 - foot - text
level(k,s) = base(k) + room*max(0, min(1, y_at(s)))
set yrange [0 : policies]
unset ytics; set border 1; unset grid
set label sprintf("pause (log scale%s)", policies > 10 ? sprintf(", from %s to %s", duration_(y_lo, -3), duration_(y_hi, -3)) : "") at screen 0.022, 0.48 center rotate textcolor rgb ink
wide = min(0.4, 0.0062*letter_scale*name_width(longest)) + 0.06
set lmargin screen beside ? wide : 0.075; set rmargin screen beside ? 0.985 - 0.075*letter_scale : 0.98
size = max(6, min(10, 320*tall))
do for [k=1:policies] {
  if (beside) {
    set label name[k] at graph 0, first base(k) + room/2 right offset -0.8,0 font sprintf(",%g", min(size, name_size(strlen(name[k])))) textcolor rgb ink
    set label (strlen(longest_is[k]) ? longest_is[k] : "none") at graph 1, first base(k) + room/2 left offset 1,0 font sprintf(",%g", size) textcolor rgb grey
  } else {
    set label name[k] at graph 0, first base(k) + room + text/2 left font sprintf(",%g", max(6.5, min(10, 10*(0.88 - 0.0053*letter_scale*strlen(facts[k]))/(0.006*letter_scale*strlen(name[k]))))) textcolor rgb ink
    set label facts[k] at graph 1, first base(k) + room + text/2 right font ",9" textcolor rgb grey
  }
  set arrow from 0, base(k) to wall[k]/T, base(k) nohead lc rgb grey lw 0.8
  if (steady[k] > 0) { set arrow from steady[k]/T, base(k) to steady[k]/T, base(k) + room nohead lc rgb grey lw 0.8 dt 2 }
  skip = tall > 0.12 ? 1 : beside ? 100 : 2
  n = 0
  do for [i=1:y_tics] { if (strlen(y_text[i])) {
    if (abs(log10(y_tic[i]) - floor(log10(y_tic[i]) + 0.5)) < 1e-6) {
      if (n % skip == 0) {
        set arrow from 0, level(k, y_tic[i]) to end, level(k, y_tic[i]) nohead lc rgb pale lw 0.6 back
        if (skip < 100) { set label y_text[i] at graph 0, first level(k, y_tic[i]) right offset -0.8,0 font ",8" textcolor rgb grey }
      }
      n = n + 1
    }
  } }
}
# a limit is a line in each row; its text is above them, where it hides nothing
limits_text = ""
do for [i=1:limit_count] {
  v = limit_value(i); limits_text = limits_text . (i > 1 ? ", " : "") . limit_words(i)
  if (v >= y_lo && v <= y_hi) {
    do for [k=1:policies] { set arrow from 0, level(k, v) to end, level(k, v) nohead front lc rgb limit_ink @limit_dash }
  }
}
if (limit_count) {
  set label cut(limits_text, 150) at screen 0.98, 0.89 right font sprintf(",%g", min(9.0, 1400.0/letter_scale/strlen(cut(limits_text, 150)))) textcolor rgb limit_ink
  long_ = strlen(cut(limits_text, 150))*min(0.0058*letter_scale, 0.9/strlen(cut(limits_text, 150)))
  set arrow from screen 0.97 - long_ - 0.03, 0.89 to screen 0.97 - long_, 0.89 nohead lc rgb limit_ink @limit_dash
}
set arrow from screen 0.46, 0.95 to screen 0.46, 0.972 nohead lc rgb grey lw 0.8 dt 2
set label "steady state begins" at screen 0.47, 0.96 font ",10" textcolor rgb ink
do for [g=0:2] { eval key_box(0.655 + 0.11*g, generation(g), sprintf("generation %d", g)) }

set style arrow 1 nohead
plot for [g=0:2] for [k=1:policies] $data using ($1 == k && $3 == g ? $2/T : NaN):(base(k)):(0):(level(k, $4) - base(k)) \
  with vectors nohead lc rgb generation(g) lw 1 + 0.5*g dt 1
