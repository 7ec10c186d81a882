# The mean of a metric over two factors, a cell per pair of levels. x_factor and y_factor name them. $data: a row per cell:
# number of the level of x, (its label: x_label[i]), number of that of y, (y_label[i]), mean (none:
# all ran out of memory), runs, of which too short to see what comes.
# SPDX-License-Identifier: GPL-3.0-or-later
title_text = capital(short(metric_meaning)).": means"; title_room = 0.96; eval heading

cells = |$data|; columns = 1; lines = 1; lo = 1e99; hi = -1e99; best = 0; ties = 0; widest = 1; longest_text = 1; binned = 0
mean(i) = num($data[i], 5)
beats(v,w) = metric_better eq "high" ? v > w : v < w
do for [i=1:cells] {
  row = $data[i]; v = mean(i); columns = max(columns, int(num(row, 1))); lines = max(lines, int(num(row, 3)))
  widest = max(widest, strlen(cut(x_label[i], 40))); binned = binned || strstrt(x_label[i].y_label[i], "–")
  if (v == v) {
    lo = min(lo, v); hi = max(hi, v)
    if (best == 0 || beats(v, mean(max(best, 1)))) { best = i }
  }
}
# as many digits as it takes to tell the cells apart
places = 3; shown_value(v) = amount_(v, metric_unit, places); same = !(hi - lo > 1e-9*abs(hi))
do for [d=4:6] { if (!same && shown_value(lo) eq shown_value(hi)) { places = d } }
do for [i=1:cells] { if (mean(i) == mean(i)) { longest_text = max(longest_text, strlen(shown_value(mean(i)))) } }
do for [i=1:cells] { ties = ties + (abs(mean(i) - mean(best)) <= 1e-9*abs(mean(best))) }
if (binned) { subtitle = subtitle . sprintf("; %d settings in %d × %d groups", settings, columns, lines); eval write_subtitle }

# colours: dark is better; logarithmic when the range is wide
z_wide = lo > 0 && hi > 20*lo; z(v) = z_wide ? log10(v) : v
z_lo = z(lo); z_hi = !same ? z(hi) : z(lo) + 1
set palette defined (0 '#0D0887', 0.14 '#4B03A1', 0.29 '#7D03A8', 0.43 '#A82296', 0.57 '#CB4679', 0.71 '#E56B5D', 0.86 '#F89441', 1 '#FDC328')
if (metric_better eq "high") { set palette negative }
set cbrange [z_lo : z_hi]
set colorbox vertical user origin screen 0.9, 0.15 size screen 0.018, 0.645 noborder
set cbtics out scale 0.4 ()
lo_text = shown_value(lo); hi_text = shown_value(hi);  # scale has its own lo and hi
x_lo = lo; x_hi = hi; x_unit = metric_unit; x_log = z_wide; x_zero = 0
eval scale("x")                         # only for its tics
tics_shown = 0
do for [i=1:same ? 0 : x_tics] { if (strlen(x_text[i]) && z(x_tic[i]) >= z_lo - 1e-12 && z(x_tic[i]) <= z_hi + 1e-12) { set cbtics add (x_text[i] z(x_tic[i])); tics_shown = tics_shown + 1 } }
if (tics_shown < 2) { set cbtics add (lo_text z_lo) }
if (tics_shown < 2 && !same) { set cbtics add (hi_text z_hi) }
set label (metric_better eq "high" ? "higher is better" : metric_better eq "low" ? "lower is better" : "") at screen 0.985, z_wide ? 0.845 : 0.82 right font ",9" textcolor rgb grey
if (z_wide) { set label "log scale" at screen 0.985, 0.82 right font ",9" textcolor rgb grey }

set xrange [0.5 : columns + 0.5]; set yrange [0.5 : lines + 0.5]
set xtics () scale 0; set ytics () scale 0; unset grid; set border 0
slanted = columns*widest*letter_scale > 130
eval slanted ? 'set xtics rotate by 35 right' : ''
longest = 1
do for [i=1:cells] { row = $data[i]
  set xtics add (level_text(x_label[i]) num(row, 1)); set ytics add (level_text(y_label[i]) num(row, 3)); longest = max(longest, strlen(cut(y_label[i], 40)))
}
set xlabel cut(x_factor, 60) font ",11" textcolor rgb ink; set ylabel cut(y_factor, 60) font ",11" textcolor rgb ink
set lmargin screen 0.06 + 0.0062*letter_scale*longest; set rmargin screen 0.88; set tmargin screen 0.86; set bmargin screen (slanted ? 0.13 + 0.006*letter_scale*widest : 0.12)

# values in the cells, where they fit; the best has a frame if it is alone
size = min(11, min(190.0/lines/letter_scale, 1000.0/columns/longest_text/letter_scale))
light(v) = metric_better eq "high" ? z(v) < z_lo + 0.35*(z_hi-z_lo) : z(v) > z_lo + 0.65*(z_hi-z_lo)
lost_text = columns <= 6 ? "out of memory" : ""; lost_cells = 0
do for [i=1:cells] { row = $data[i]; v = mean(i); lost_cells = lost_cells + !(v == v)
  if (v == v && size >= 6.5) { set label shown_value(v) at num(row, 1), num(row, 3) center front font sprintf(",%g", size) textcolor rgb light(v) ? 0x000000 : 0xFFFFFF }
  if (!(v == v)) { set label lost_text at num(row, 1), num(row, 3) center front font sprintf(",%g", max(6.5, min(10, size))) textcolor rgb ink }
}
row = $data[max(best, 1)]; mean_name = (metric_better eq "high" ? "highest" : "lowest")." mean: ".shown_value(mean(best))
if (ties == 1) {
  set object rectangle center num(row, 1), num(row, 3) size 0.96, 0.94 front fillstyle empty border lc rgb 0x00C0FF lw 2.5
  set label sprintf("%s at %s = %s, %s = %s", mean_name, cut(x_factor, 40), cut(x_label[best], 40), cut(y_factor, 40), cut(y_label[best], 40)) at screen 0.98, 0.89 right font ",10" textcolor rgb ink
} else {
  set label sprintf("%s, exactly the same in %d cells", mean_name, ties) at screen 0.98, 0.89 right font ",10" textcolor rgb ink
}
# Cells whose runs were too short to see what comes are hatched.
hatched(i) = mean(i) == mean(i) && num($data[i], 7) > 0
unseen_cells = sum [i=1:cells] hatched(i); lines_of_hatch = max(2, min(6, 26/max(columns, lines)))
set print $hatch; print "NaN\tNaN\tNaN\tNaN\t0"
hatch_line(x,y,c,color) = sprintf("%.6g\t%.6g\t%.6g\t%.6g\t%d", x - 0.5 + max(0, c - 1), y - 0.5 + min(1, c), min(1, c) - max(0, c - 1), max(0, c - 1) - min(1, c), color)
do for [i=1:cells] { if (hatched(i)) { do for [n=1:2*lines_of_hatch-1] {
  print hatch_line(num($data[i], 1), num($data[i], 3), n/real(lines_of_hatch), light(mean(i)) ? 0xA0000000 : 0x90FFFFFF) } } }
unset print
if (unseen_cells) {
  key_x = lost_cells ? 0.16 : 0.02
  set object rectangle from screen key_x, 0.88 to screen key_x + 0.02, 0.9 fillstyle empty border lc rgb grey lw 0.7
  do for [n=1:3] { set arrow from screen key_x + 0.02*max(0, n/2.0 - 1), 0.88 + 0.02*min(1, n/2.0) to screen key_x + 0.02*min(1, n/2.0), 0.88 + 0.02*max(0, n/2.0 - 1) nohead lc rgb ink lw 0.7 }
  set label (metric[1:min(8, strlen(metric))] eq "horizon_" ? "hatched: predicted, not seen yet" : "hatched: runs too short to see what comes") at screen key_x + 0.025, 0.89 font ",10" textcolor rgb ink
}
if (lost_cells) { set object rectangle from screen 0.02, 0.88 to screen 0.04, 0.9 fillcolor rgb lost_grey fillstyle solid noborder; set label "out of memory" at screen 0.045, 0.89 font ",10" textcolor rgb ink }
# (A cell without a mean would be drawn white.)
set print $lost; print "NaN\tNaN"
do for [i=1:cells] { if (!(mean(i) == mean(i))) { print sprintf("%g\t%g", num($data[i], 1), num($data[i], 3)) } }
unset print
plot $lost using 1:2:(0.5):(0.5) with boxxyerror fillstyle solid noborder lc rgb lost_grey, \
     $data using (num(strcol(5), 1) == num(strcol(5), 1) ? $1 : NaN):3:(0.5):(0.5):(z($5)) with boxxyerror fillstyle solid noborder lc palette, \
     $hatch using 1:2:3:4:5 with vectors nohead lc rgb variable lw 0.8
