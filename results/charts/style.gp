# The shared look of the pygcsim charts, read before each template: colours, lines, fonts, margins, numbers, axes,
# legends, panels. The program sets: the terminal, policies (how many have data), curves (how many of them
# have one on other charts), seeds, runs, settings, subtitle, own_title (the user's, or empty), point_scale (how large
# the picture is), letter_scale (how large its letters), the data; for
# charts of a metric also metric (its name), metric_unit, metric_meaning, metric_better (low, high or neither).
# SPDX-License-Identifier: GPL-3.0-or-later

set encoding utf8
set termoption noenhanced                       # policy names hold underscores
set datafile separator "\t"
min(a,b) = a < b ? a : b
max(a,b) = a > b ? a : b

# ---- policy k has linetype k on every chart: Okabe-Ito hues with the lightness spread for greyscale
color = "#000000 #CF7F00 #003C78 #4DB4EE #A02000 #008E5E #98507F #D6CF1E"
shapes = "7 5 9 13 11"                         # disc, square, triangle, diamond, the other triangle; one less: the same, open
# gnuplot counts margins and offsets in characters, which in an svg do not grow with the letters
chars(n) = n*(GPVAL_TERM eq "svg" ? letter_scale : 1)
point_size = point_scale*(GPVAL_TERM eq "svg" ? 0.7 : 1.2)     # svg draws its points larger
shape(k) = int(word(shapes, (int(k)-1)%5 + 1))
hue(k) = int("0x".word(color, (int(k)-1)%8 + 1)[2:7])
ink = 0x303030; grey = 0x767676; pale = 0xD8D8D8; live_fill = 0xE4E4E4; live_line = 0xA0A0A0
do for [k=1:40] {
  dash = k <= 8 ? 1 : k <= 16 ? 2 : 3
  set linetype k lc rgb word(color, (k-1)%8 + 1) lw 2 dt dash pt shape(k) ps point_size
}
generation(g) = g == 0 ? 0xB5DDF5 : g == 1 ? 0x4DA3DB : 0x003C78       # light to dark: young to old

# ---- frame, grid, text
unset key
set border 3 lw 0.8 lc rgb grey
set tics out nomirror scale 0.6, 0.3 font ",10" textcolor rgb ink
set grid ytics lt -1 lw 0.6 lc rgb pale dt 1, lt -1 lw 0.6 lc rgb pale dt 1
set format "%g"
set margins screen 0.1, -1, screen 0.10, screen 0.86
# a metric's meaning, its head if it is long; and with a capital letter
ends(s,c) = strstrt(s, c) ? s[1:strstrt(s, c)-1] : s
short(s) = strlen(ends(s, ": ")) < 64 ? ends(s, ": ") : ends(s, ", ")
upper(s) = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[strstrt("abcdefghijklmnopqrstuvwxyz", s):strstrt("abcdefghijklmnopqrstuvwxyz", s)]
capital(s) = strstrt("abcdefghijklmnopqrstuvwxyz", s[1:1]) ? upper(s[1:1]).s[2:*] : s
cut(s,n) = strlen(s) <= n ? s : s[1:n-1]."…"
# the title:  title_text = "what the chart shows"; title_room = how much of the width is free for it; eval heading
# The user's own (own_title) stands in its place. A long one is set smaller, and a very long one is cut.
title_room = 0.96; title_font = ",17"
title_fits(size) = int(1560.0*title_room/size/letter_scale)
heading = 'if (strlen(own_title)) { title_text = own_title }; \
  title_size = max(11.0, min(17.0, 1560.0*title_room/letter_scale/max(strlen(title_text), 1))); \
  set label 1 cut(title_text, title_fits(title_size)) at screen 0.02, 0.96 left font sprintf(",%g", title_size) textcolor rgb ink'
write_subtitle = 'set label 2 cut(subtitle, 235) at screen 0.02, 0.918 left font sprintf(",%g", max(5, min(10, 1560.0/letter_scale/strlen(cut(subtitle, 235))))) textcolor rgb grey'
eval write_subtitle

# ---- numbers for readers, with d digits (of tics -d: without zeros at the end); a length of time, memory, a count, and
# any metric by its unit
whole(s) = s[strlen(s):strlen(s)] eq "." ? s[1:strlen(s)-1] : s
digits(x,d) = x == 0 ? "0" : d < 0 ? sprintf(sprintf("%%.%dg", -d), x) : whole(sprintf(sprintf("%%#.%dg", d), x))
at_least(n,d) = d < 0 ? min(-n, d) : max(n, d)
duration_(s,d) = s <= 0 ? "0" : s < 999.5e-9 ? digits(s*1e9, d)." ns" : s < 999.5e-6 ? digits(s*1e6, d)." µs" \
               : s < 0.9995 ? digits(s*1e3, d)." ms" : s < 999.5 ? digits(s, d)." s" : sprintf("%.0f s", s)
mem_unit(b) = b < 1000 ? 1 : b < 1000*2**10 ? 2**10 : b < 1000*2**20 ? 2**20 : 2**30     # divisor ...
mem_name(u) = u == 1 ? "B" : u == 2**10 ? "KiB" : u == 2**20 ? "MiB" : "GiB"             # ... and its name
memory_(b,d) = digits(b/mem_unit(b), d)." ".mem_name(mem_unit(b))
count_(n,d) = abs(n) < 9999.5 ? digits(n, -max(abs(d), 4)) : abs(n) < 999.5e3 ? digits(n/1e3, d)." k" \
            : abs(n) < 999.5e6 ? digits(n/1e6, d)." M" : digits(n/1e9, d)." G"
amount_(x,u,d) = u eq "s" ? duration_(x,d) : u eq "bytes" ? memory_(x,d) : u eq "fraction" ? digits(100*x,d)."%" \
               : u eq "1/s" ? count_(x,d)."/s" : u eq "ratio" ? digits(x, at_least(4, d)) : count_(x,d)
duration(s) = duration_(s,3); memory(b) = memory_(b,3); count(n) = count_(n,3); amount(x,u) = amount_(x,u,3)
one_of(g,n) = n > 0 ? sprintf("%d: %s, ", g, count(n)) : ""
columns = 1                                     # of panels
by_generation(a,b,c) = a + b + c > 0 ? (columns > 3 ? "" : "gen. ").one_of(0,a).one_of(1,b).one_of(2,c) : "no collections"
clock_unit(s) = s <= 300 ? 1 : s <= 3*3600 ? 60 : s <= 96*3600 ? 3600 : 86400
clock_name(u) = u == 1 ? "s" : u == 60 ? "min" : u == 3600 ? "h" : "days"
decade(x) = 10.0**floor(log10(x))
round_step(x) = decade(x) * (x < 1.5*decade(x) ? 1 : x < 3.5*decade(x) ? 2 : x < 7.5*decade(x) ? 5 : 10)

# ---- axes of values:  x_lo = ...; x_hi = ...; x_unit = "s"; eval scale("x"); eval axis("x")   and the same with y.
# scale chooses a logarithmic axis when the range is wide (or always if x_log = 1, never if 0), makes room at both
# ends, and places tics; axis puts them there, with a text at every x_every-th, or at none if x_bare = 1. Afterwards x_at(v) is v's place from 0 to 1.
x_log = -1; y_log = -1; x_bare = 0; y_bare = 0; x_every = 1; y_every = 1; x_unit = "count"; y_unit = "count"; x_zero = 1; y_zero = 1
# (A tic's text is a format, so its %% is a %.)
array x_tic[300]; array y_tic[300]; array x_text[300]; array y_text[300]
scale(a) = 'lo = '.a.'_lo; hi = '.a.'_hi; unit = '.a.'_unit; tics = 0; percent = unit eq "fraction" ? "%" : ""; wide = '.a.'_log == 1 || '.a.'_log < 0 && lo > 0 && hi > 8*lo; \
  if (!(hi >= lo)) { lo = 0; hi = 1 }; \
  if (wide) { \
    lo = log10(lo); hi = log10(hi); room = max(0.05*(hi-lo), 0.5*(1 - (hi-lo))); lo = lo - room; hi = hi + room; \
    binary = unit eq "bytes"; base = log10(binary ? 1024 : 10); \
    do for [e=floor(lo/base):floor(hi/base)] { do for [m in binary ? (hi-lo < 3 ? "1 2 5 10 20 50 100 200 500" : "1 10 100") : "1 2 3 4 5 6 7 8 9"] { \
      v = m*10**(e*base); shown = binary || m == 1 || hi-lo < 3 && (m == 2 || m == 5); \
      if (log10(v) >= lo && log10(v) <= hi && tics < 300 && (shown || hi-lo < 6)) { \
        tics = tics + 1; '.a.'_tic[tics] = v; '.a.'_text[tics] = shown ? amount_(v, unit, -3).percent : "" } } }; \
    lo = 10**lo; hi = 10**hi \
  } else { \
    if ('.a.'_zero && lo >= 0 && lo < 0.4*hi) { lo = 0 }; \
    room = max(hi-lo, max(0.02*abs(hi), 1e-12)); hi = hi + 0.06*room; lo = lo == 0 ? 0 : lo - 0.06*room; \
    u = unit eq "bytes" ? mem_unit(hi) : 1; step = u*round_step((hi-lo)/u/5); wanted = max(3, 1 + ceil(log10(hi/step))); \
    do for [i=ceil(lo/step):floor(hi/step)] { \
      tics = tics + 1; '.a.'_tic[tics] = i*step; '.a.'_text[tics] = i == 0 ? "0" : amount_(i*step, unit, -wanted).percent } \
  }; \
  '.a.'_lo = lo; '.a.'_hi = hi; '.a.'_wide = wide; '.a.'_tics = tics'
axis(a) = 'if ('.a.'_wide) { set logscale '.a.' } else { unset logscale '.a.' }; set '.a.'range ['.a.'_lo:'.a.'_hi]; set '.a.'tics (); texts = 0; \
  do for [i=1:'.a.'_tics] { shown = '.a.'_text[i]; minor = shown eq ""; texts = texts + !minor; \
    if ('.a.'_bare || (texts - 1) % '.a.'_every > 0) { shown = "" }; set '.a.'tics add (shown '.a.'_tic[i] minor) }'
x_texts(u) = sum [i=1:x_tics] (strlen(x_text[i]) > 0)
y_texts(u) = sum [i=1:y_tics] (strlen(y_text[i]) > 0)
x_at(v) = x_wide ? (log10(v) - log10(x_lo))/(log10(x_hi) - log10(x_lo)) : (v - x_lo)/(x_hi - x_lo)
y_at(v) = y_wide ? (log10(v) - log10(y_lo))/(log10(y_hi) - log10(y_lo)) : (v - y_lo)/(y_hi - y_lo)
scale_name(a) = (a eq "x" ? x_wide : y_wide) ? " (log scale)" : ""

# ---- limits: lines across an axis, each with its text (limit_text[i]). $limits: rows axis (1: x, 2: y), value, percentile
# (NaN: none), 1: above it, -1: below it it is missed.
#   y_lo = ...; y_hi = ...; eval limit_room("y"); eval scale("y"); eval axis("y"); eval limit_lines("y")
# limit_room makes the axis reach a limit that is near. One that is not has an arrow at the frame that points to it.
if (!exists("limit_count")) { limit_count = 0; array limit_text[1] }
limit_axis(i) = num($limits[i], 1) == 1 ? "x" : "y"
limit_value(i) = num($limits[i], 2)
limit_room(a) = 'far = '.a.'_log == 1 || '.a.'_log < 0 && '.a.'_lo > 0 && '.a.'_hi > 8*'.a.'_lo ? 5 : 1.7; \
  do for [i=1:limit_count] { v = limit_value(i); if (limit_axis(i) eq "'.a.'" && v > 0 && v <= far*'.a.'_hi && v >= '.a.'_lo/far) { \
    '.a.'_lo = min('.a.'_lo, v); '.a.'_hi = max('.a.'_hi, v) } }'
limit_ink = 0xB0005A; limit_dash = "dt (9,4) lw 1.2"; limit_layer = "back"
# how far along its axis; a text's length, of the frame, which is so wide and high; texts so near to each other that they
# would touch stand one after the other: behind how much. On the right they end before a line that goes up (limit_edge).
limit_at(i) = max(-0.01, min(1.01, limit_axis(i) eq "x" ? x_at(max(limit_value(i), 1e-30)) : y_at(max(limit_value(i), 1e-30))))
limit_wide = 0.62; limit_high = 0.75; limit_from = 0.012; limit_right = 0; limit_edge = 1.0; limit_to(i) = 1.0
limit_whole(i) = strlen(limit_text[i])*letter_scale*(limit_axis(i) eq "x" ? 0.0088/limit_high : 0.006/limit_wide)
limit_font(i) = max(5.0, min(9.0, 9*0.95/limit_whole(i)))
limit_long(i) = limit_whole(i)*limit_font(i)/9 + 0.03
limit_behind(i) = limit_from + (i == 1 ? 0 : sum [j=1:i-1] (limit_is_near(i, j) ? limit_long(j) : 0))
limit_is_near(i,j) = limit_axis(j) eq limit_axis(i) && abs(limit_at(j) - limit_at(i)) < (limit_axis(i) eq "x" ? 0.03/limit_wide : 0.028/limit_high)
limit_is_down(i) = limit_at(i) > 0.93 || (sum [j=1:limit_count] (limit_is_near(i, j) && limit_at(j) > limit_at(i))) > 0
limit_is_far(i) = limit_at(i) > 1 || limit_at(i) < 0
limit_words(i) = limit_axis(i) eq "x" ? (limit_at(i) < 0 ? "← " : "").limit_text[i].(limit_at(i) > 1 ? " →" : "") : (limit_at(i) > 1 ? "↑ " : limit_at(i) < 0 ? "↓ " : "").limit_text[i]
limit_row(i) = 0.93 - 0.045*(i == 1 ? 0 : sum [j=1:i-1] (limit_axis(j) eq "x" && limit_is_far(j)))
limit_lines(a) = 'do for [i=1:limit_count] { if (limit_axis(i) eq "'.a.'") { at_ = limit_at(i); put_ = max(0.0, min(1.0, at_)); \
    if ("'.a.'" eq "y") { \
      if (at_ == put_) { set arrow 900+i from graph 0, graph at_ to graph limit_to(i), graph at_ nohead @limit_layer lc rgb limit_ink @limit_dash }; \
      if (limit_right) { set label 900+i limit_words(i) at graph limit_edge - limit_behind(i), graph put_ right offset 0, chars(limit_is_down(i) ? -0.6 : 0.6) front font sprintf(",%g", limit_font(i)) textcolor rgb limit_ink } \
      else { set label 900+i limit_words(i) at graph limit_behind(i), graph put_ left offset 0, chars(limit_is_down(i) ? -0.6 : 0.6) front font sprintf(",%g", limit_font(i)) textcolor rgb limit_ink } \
    } else { \
      if (at_ == put_ && at_ > 0.6) { limit_edge = min(limit_edge, at_ - 0.03) }; \
      if (at_ == put_) { set arrow 900+i from graph at_, graph 0 to graph at_, graph 1 nohead @limit_layer lc rgb limit_ink @limit_dash }; \
      if (at_ > 1) { set label 900+i limit_words(i) at graph 0.985, graph limit_row(i) right front font sprintf(",%g", limit_font(i)) textcolor rgb limit_ink } \
      else { if (at_ < 0) { set label 900+i limit_words(i) at graph 0.015, graph limit_row(i) left front font sprintf(",%g", limit_font(i)) textcolor rgb limit_ink } \
      else { set label 900+i limit_words(i) at graph put_, graph 1 - limit_behind(i) right rotate by 90 offset chars(at_ > 0.5 ? -1.1 : 1.1), 0 front font sprintf(",%g", limit_font(i)) textcolor rgb limit_ink } } } } }'
no_limit_texts = 'do for [i=1:limit_count] { unset label 900+i }'

over_seeds = seeds > 1 ? sprintf(", mean over %d seeds", seeds) : ""
of_all_seeds = seeds > 1 ? sprintf(", all %d seeds together", seeds) : ""

# ---- fields of a line of numbers: number c in line s, NaN when there is none (gnuplot reads "2.e-7", not "2e-7")
tab(s)     = strstrt(s, "\t")
field(s,c) = c > 1 ? (tab(s) ? field(s[tab(s)+1:*], c-1) : "") : tab(s) ? s[1:tab(s)-1] : s
dotted(s)  = strstrt(s, ".") || !strstrt(s, "e") ? s : s[1:strstrt(s, "e")-1] . "." . s[strstrt(s, "e"):*]
number(s)  = strlen(s) && strstrt("0123456789.-", s[1:1]) ? real(dotted(s)) : NaN
num(s,c)   = number(field(s,c))

# ---- texts that come with the data: name[k] of policies, and others. They are never a part of a command. A long name
# is cut in the middle. The text of a tic is a format: what stands there goes through literal.
cut_name(s) = strlen(s) <= 72 ? s : s[1:43]."…".s[strlen(s)-27:*]
literal(s) = strstrt(s, "%") ? s[1:strstrt(s, "%")]."%".literal(s[strstrt(s, "%")+1:*]) : s
level_text(s) = literal(cut(s, 40))
if (!exists("name")) { array name[max(policies, 1)] }

# ---- the policies in a block: their names, and their rows, the lines first[k] to last[k] (none: last < first). Column 1
# of $BLOCK is the policy's number; $BLOCK_of has a line for each, with what is said once from column 3 on
array first[max(policies, 1)]; array last[max(policies, 1)]
longest = 8
read_policies(block) = 'do for [k=1:policies] { first[k] = int(num('.block.'_of[k], 1)); last[k] = int(num('.block.'_of[k], 2)); \
  name[k] = cut_name(name[k]); longest = max(longest, strlen(name[k])); eval grey_if_lost }'

# ---- room for policy names: their font size (long ones are set smaller), and width in characters of 11 pt
name_size(n) = n < 46 ? 10 : max(6.5, 460.0/n)
name_font(n) = sprintf(",%g", name_size(n))
name_width(n) = n*name_size(n)/11

# ---- a policy that ran out of memory has that in its name; its curve and point are grey
lost_grey = 0xB4B4B4
lost(k) = strstrt(name[k], " (out of memory") > 0
grey_if_lost = 'if (lost(k)) { set linetype k lc rgb lost_grey lw 1.5 dt 1 pt shape(k) ps point_size }'

# ---- a legend on the right, beside the ends of the policies' lines:  eval side_legend
# It wants for each policy k: end_x[k], end_y[k] (NaN: it has no line), fact[k]; and fact_name. Rows are in the order
# of their line's ends; those that overlap are pushed apart, up and down alike.
array end_x[max(policies, 1)]; array end_y[max(policies, 1)]; array fact[max(policies, 1)]
array order[max(policies, 1)]; array down[max(policies, 1)]; array up[max(policies, 1)]; fact_name = ""
has_end(k) = end_y[k] == end_y[k]
end_at(k) = has_end(k) ? max(0, min(1, y_at(end_y[k]))) : -1
row_at(r) = max((policies-r)*legend_step, min(1 - (r-1)*legend_step, (down[r] + up[r])/2))
side_legend = 'legend_step = min(0.042, 1.0/policies); fact_width = 8; \
  do for [k=1:policies] { fact_width = max(fact_width, strlen(fact[k])); \
    order[1 + (sum [j=1:policies] (end_at(j) > end_at(k) || end_at(j) == end_at(k) && j < k))] = k }; \
  do for [r=1:policies] { e = max(0, end_at(order[r])); down[r] = r == 1 ? e : min(e, down[r-1] - legend_step) }; \
  do for [r=policies:1:-1] { e = max(0, end_at(order[r])); up[r] = r == policies ? e : max(e, up[r+1] + legend_step) }; \
  do for [r=1:policies] { k = order[r]; \
    if (has_end(k)) { \
      set arrow from end_x[k], end_y[k] to graph 1.03, graph row_at(r) nohead lt k lw 0.7 dt 1; \
      set label "" at graph 1.04, graph row_at(r) point lt k }; \
    set label fact[k] at graph 1.04, graph row_at(r) offset chars(fact_width + 1), 0 right font ",10" textcolor rgb grey; \
    set label name[k] at graph 1.04, graph row_at(r) offset chars(fact_width + 2.5), 0 left font name_font(strlen(name[k])) textcolor rgb ink }; \
  set label fact_name at graph 1.04, graph row_at(1) + 0.042 offset chars(fact_width + 1), 0 right font ",10" textcolor rgb grey; \
  set label "policy" at graph 1.04, graph row_at(1) + 0.042 offset chars(fact_width + 2.5), 0 left font ",10" textcolor rgb grey; \
  set rmargin chars(name_width(longest) + fact_width + 9)'

# ---- a panel for each policy, in a grid, all with the axes that scale has made:  eval panels; then for each k: facts = "..."; eval panel
# A name too long for its panel is broken after a comma or colon. The grey line below it is facts.
panels = 'columns = policies <= 3 ? policies : policies == 4 ? 2 : policies <= 12 ? 3 : 4; \
  lines = ceil(policies/real(columns)); \
  wide_ = 0; do for [i=1:y_tics] { wide_ = max(wide_, strlen(y_text[i])) }; \
  left = max(0.085, 0.042 + 0.0066*letter_scale*wide_); right = 0.98; top = 0.89; bottom = 0.10; gap = 0.035; \
  width = (right - left + gap)/columns; height = (top - bottom)/lines; fit = int(152*(width - gap)/max(1, letter_scale)); tallest = 1; \
  do for [k=1:policies] { tallest = max(tallest, rows(name[k])) }; head = 0.045 + 0.02*tallest; \
  x_every = ceil(x_texts(0)*0.055/(width - gap)); y_every = ceil(y_texts(0)*0.026/(height - head))'
break(s,n) = n < 2 ? fit : strstrt(",:", s[n:n]) ? n : break(s, n-1)
rest(s) = s[break(s, fit)+1:*]
rows(s) = strlen(s) <= fit ? 1 : 1 + rows(rest(s))
row(s,n) = strlen(s) <= fit ? s : n == 1 ? s[1:break(s, fit)] : row(rest(s), n-1)
panel = 'column = (k-1)%columns; line = (k-1)/columns; ceiling = top - line*height - head; \
  set margins screen left + column*width, screen left + (column+1)*width - gap, screen top - (line+1)*height, screen ceiling; \
  y_bare = column > 0; x_bare = k + columns <= policies; eval axis("x"); eval axis("y"); \
  do for [n=1:tallest] { part = n <= rows(name[k]) ? row(name[k], n) : ""; \
    set label 1000+n part at graph 0, screen ceiling + 0.017 + 0.02*(rows(name[k]) - n + 1) left font ",10" textcolor rgb ink }; \
  set label 999 facts at graph 0, screen ceiling + 0.015 left font sprintf(",%g", max(6, min(9, 9*165*(width - gap)/max(1, letter_scale)/max(strlen(facts), 1)))) textcolor rgb grey'

# ---- a box with a text in the key at the top; the titles of the panels' axes; after the first panel: none of it again
key_box(x,c,t) = sprintf('set object rectangle from screen %g, 0.95 to screen %g, 0.97 fillcolor rgb %d fillstyle solid noborder; \
  set label "%s" at screen %g, 0.96 font ",10" textcolor rgb ink', x, x + 0.02, c, t, x + 0.025)
panel_titles(x,y) = sprintf('set label 998 "%s" at screen %g, 0.025 center textcolor rgb ink; \
  set label 997 "%s" at screen 0.022, %g center rotate textcolor rgb ink', x, (left+right)/2, y, (top+bottom)/2)
first_panel_only = 'unset object; unset arrow; do for [i=1:40] { unset label i }; unset label 997; unset label 998'

# ---- a table on the right of points in the plot:  eval point_table; then, once the axes are made: eval mark_points
# If there are many policies, more than have curves on other charts, points are coloured by kind of policy, and those in
# the table have a mark: a number those of the front, a letter others (those with curves). It wants for each policy k:
# front[k], has_curve[k], is_baseline[k], has_point[k]; if there are not many, place_of(k), its row. It makes listed, item[r], the
# policy in row r, and mark_of[k]. The template has facts(k), a second line, point_x(k), point_y(k), and
# point_reach(k): how far up a line goes from the point.
array item[max(policies, 1)]; array mark_of[max(policies, 1)]; array front[max(policies, 1)]
array has_curve[max(policies, 1)]; array is_baseline[max(policies, 1)]; array has_point[max(policies, 1)]
many = policies > curves; most_listed = 12
array kind_name[40]; array kind_of[max(policies, 1)]; kind_count = 0
point_color(k) = lost(k) ? lost_grey : hue(many ? kind_of[k] : k)
read_kinds = 'do for [k=1:policies] { kind_of[k] = 0; \
  do for [n=1:kind_count] { if (kind_name[n] eq kind[k]) { kind_of[k] = n } }; \
  if (kind_of[k] == 0) { kind_count = min(kind_count + 1, 40); kind_name[kind_count] = kind[k]; kind_of[k] = kind_count } }'
# A policy whose runs were too short to see what comes has an open point; unseen[k] says so.
array unseen[max(policies, 1)]; do for [k=1:policies] { unseen[k] = 0 }
shape_of(k) = shape(many ? kind_of[k] : k) - (unseen[k] > 0)
any_unseen(u) = sum [j=1:policies] (has_point[j] && unseen[j] > 0)
points_of(n) = sum [j=1:policies] (kind_of[j] == n && has_point[j] && !lost(j))
lost_points(u) = sum [j=1:policies] (has_point[j] && lost(j))
list_item = 'listed = listed + 1; item[listed] = k; is_listed[k] = 1'
array is_listed[max(policies, 1)]
letters = "abcdefghijklmnopqrstuvwxyz"
# The front from the left, of a long one its ends first; the baseline; those with curves.
choose_items = 'listed = 0; front_size = 0; letter = 0; pointless = 0; \
  do for [k=1:policies] { is_listed[k] = 0; mark_of[k] = ""; front_size = max(front_size, front[k]); \
    if (!has_point[k]) { pointless = pointless + 1 } }; \
  if (many) { \
    do for [n=1:front_size] { do for [k=1:policies] { if (front[k] == n && (n < most_listed || n == front_size)) { eval list_item; mark_of[k] = sprintf("%d", n) } } }; \
    do for [pass=1:2] { do for [k=1:policies] { \
      if (has_point[k] && !is_listed[k] && (pass == 1 ? is_baseline[k] : (has_curve[k] || policies <= most_listed) && listed < most_listed)) { \
        eval list_item; letter = letter + 1; mark_of[k] = letters[letter:letter] } } } \
  } else { \
    do for [n=1:policies] { do for [k=1:policies] { if (has_point[k] && place_of(k) == n) { eval list_item } } } \
  }'
point_table = 'top_row = 1; \
  do for [n=1:kind_count] { if (points_of(n) > 0) { \
    set label "" at graph 1.04, graph top_row point lt n; \
    set label kind_name[n] at graph 1.04, graph top_row offset chars(2),0 left font ",10" textcolor rgb ink; top_row = top_row - 0.036 } }; \
  if (many && lost_points(0)) { \
    set label "" at graph 1.04, graph top_row point pt 7 ps point_size lc rgb lost_grey; \
    set label "out of memory" at graph 1.04, graph top_row offset chars(2),0 left font ",10" textcolor rgb ink; top_row = top_row - 0.036 }; \
  if (any_unseen(0)) { \
    set label "" at graph 1.04, graph top_row point pt 6 ps point_size lc rgb grey; \
    set label "open: runs too short to see what comes" at graph 1.04, graph top_row offset chars(2),0 left font ",10" textcolor rgb grey; \
    top_row = top_row - (many ? 0.036 : 0.06) }; \
  if (many) { \
    top_row = top_row - 0.02; \
    set label (front_size ? "1, 2, …: the front" : "") . (letter > 0 ? (front_size ? "; " : "") . "a, b, …: some of the others" : "") at graph 1.03, graph top_row left font ",9" textcolor rgb grey; \
    top_row = top_row - 0.045 }; \
  step = min(0.08, (top_row + 0.04)/max(listed + 0.5*min(pointless, 7), 1)); \
  small_ = min(1.0, step/(0.045*letter_scale)); \
  do for [r=1:listed] { k = item[r]; y = top_row - (r-1)*step; fact_ = facts(k); longest = max(longest, max(strlen(name[k]), strlen(fact_)*0.85)); \
    if (strlen(mark_of[k])) { set label mark_of[k] at graph 1.04, graph y center font ",10" textcolor rgb ink } \
    else { set label "" at graph 1.04, graph y point lt k pt shape_of(k) }; \
    set label name[k] at graph 1.04, graph y offset chars(2),0 left font sprintf(",%g", small_*name_size(strlen(name[k]))) textcolor rgb ink; \
    set label fact_ at graph 1.04, graph y - min(0.027, 0.43*step) offset chars(2),0 left font sprintf(",%g", 8.5*small_*min(1.0, 58.0/max(strlen(fact_), 1))) textcolor rgb grey }; \
  n = 0; y = top_row - listed*step; \
  do for [k=1:policies] { if (!has_point[k]) { n = n + 1; words_ = n < 7 ? "no value: ".name[k] : sprintf("no value: %d more", pointless - 6); \
    if (n <= 7) { longest = max(longest, strlen(words_)); \
      set label words_ at graph 1.03, graph y - 0.42*(n - 1)*step left font name_font(strlen(words_)) textcolor rgb grey } } }; \
  set rmargin chars(max(name_width(longest), 34) + 6)'
# A point's mark is beside it if it cannot be taken for another point's there: all others are clearly farther away (but
# for those in the same place, whose marks are around it, too). Else it is where there is room, and a line leads to it.
# Marks are on no point, on no other mark and on no line; intervals stop short of them. Distances are in marks: 1 is from a point to the mark beside it.
array mark_x[max(policies, 1)]; array mark_y[max(policies, 1)]
array at_x[max(policies, 1)]; array at_y[max(policies, 1)]; array is_led[max(policies, 1)]; array reach_y[max(policies, 1)]
mark_width = 0.019*letter_scale; mark_height = 0.027*letter_scale
distance(x,y,a,b) = sqrt((x - a)**2 + (y - b)**2)
along(x,y,a,b,c,d) = max(0.0, min(1.0, ((x - a)*(c - a) + (y - b)*(d - b))/max((c - a)**2 + (d - b)**2, 1e-12)))
from_line(x,y,a,b,c,d) = (t_ = along(x, y, a, b, c, d), distance(x, y, a + t_*(c - a), b + t_*(d - b)))
is_other(j) = has_point[j] && distance(at_x[j], at_y[j], at_x[item[r]], at_y[item[r]]) > 0.15
points_near(x,y,d) = sum [j=1:policies] (has_point[j] && distance(x, y, at_x[j], at_y[j]) < d)
others_near(x,y,d) = sum [j=1:policies] (is_other(j) && distance(x, y, at_x[j], at_y[j]) < d)
others_on_line(x,y) = sum [j=1:policies] (is_other(j) && from_line(at_x[j], at_y[j], at_x[item[r]], at_y[item[r]], x, y) < 0.5)
marks_near(x,y) = r == 1 ? 0 : sum [j=1:r-1] (distance(x, y, mark_x[j], mark_y[j]) < 1.25 || is_led[j] && from_line(x, y, at_x[item[j]], at_y[item[j]], mark_x[j], mark_y[j]) < 0.7)
marks_on_line(x,y) = r == 1 ? 0 : sum [j=1:r-1] (from_line(mark_x[j], mark_y[j], at_x[item[r]], at_y[item[r]], x, y) < 0.7)
side(a,b,c,d,x,y) = (c - a)*(y - b) - (d - b)*(x - a)
parts(a,b,c,d,x,y,z,w) = side(a, b, c, d, x, y)*side(a, b, c, d, z, w) < 0
line_crosses(j,x,y) = parts(at_x[item[j]], at_y[item[j]], mark_x[j], mark_y[j], at_x[item[r]], at_y[item[r]], x, y) && parts(at_x[item[r]], at_y[item[r]], x, y, at_x[item[j]], at_y[item[j]], mark_x[j], mark_y[j])
lines_cross(x,y) = r == 1 ? 0 : sum [j=1:r-1] (is_led[j] && line_crosses(j, x, y))
is_inside(x,y) = x > 0.6 && x < 1/mark_width - 0.6 && y > 0.6 && y < 1/mark_height - 0.6
whiskers_near(x,y) = sum [j=1:listed] (from_line(x, y, at_x[item[j]], at_y[item[j]], at_x[item[j]], reach_y[item[j]]) < 0.6)
is_free_beside(x,y) = is_inside(x, y) && !marks_near(x, y) && !whiskers_near(x, y) && !others_near(x, y, 1.7)
is_free_far(x,y,ease) = is_inside(x, y) && !marks_near(x, y) && (ease > 1 || !whiskers_near(x, y) && !marks_on_line(x, y) && !lines_cross(x, y) && !points_near(x, y, 0.9)) && (ease > 0 || !others_on_line(x, y))
# Where points are crowded, marks around them close the way for the lines of others: then all begin again, farther out.
mark_points = 'if (many) { unplaced = 1; \
  do for [k=1:policies] { if (has_point[k]) { at_x[k] = x_at(point_x(k))/mark_width; at_y[k] = y_at(point_y(k))/mark_height; reach_y[k] = y_at(point_reach(k))/mark_height } }; \
  do for [begin=2:8:2] { if (unplaced) { unplaced = 0; \
    do for [r=1:listed] { k = item[r]; found = 0; \
      do for [c=0:7] { if (!found) { mark_x[r] = at_x[k] + cos(0.7854*(1 - c)); mark_y[r] = at_y[k] + sin(0.7854*(1 - c)); \
        found = is_free_beside(mark_x[r], mark_y[r]) } }; \
      is_led[r] = !found; \
      do for [ease=0:2] { \
        if (!found && ease == 2) { unplaced = 1 }; \
        do for [ring=begin:begin + 12] { do for [c=0:23] { if (!found) { \
          mark_x[r] = at_x[k] + ring*cos(0.2618*(3 - c)); mark_y[r] = at_y[k] + ring*sin(0.2618*(3 - c)); \
          found = is_free_far(mark_x[r], mark_y[r], ease) } } } } } } }; \
  do for [r=1:listed] { k = item[r]; \
    if (is_led[r]) { \
      near_ = 1 - 0.7/distance(at_x[k], at_y[k], mark_x[r], mark_y[r]); \
      set arrow from graph at_x[k]*mark_width, graph at_y[k]*mark_height to graph (at_x[k] + near_*(mark_x[r] - at_x[k]))*mark_width, graph (at_y[k] + near_*(mark_y[r] - at_y[k]))*mark_height nohead front lc rgb grey lw 0.7 dt 1 }; \
    set object rectangle center graph mark_x[r]*mark_width, graph mark_y[r]*mark_height size graph 0.6*mark_width, graph 0.62*mark_height front fillcolor rgb 0xFFFFFF fillstyle solid noborder; \
    set label mark_of[k] at graph mark_x[r]*mark_width, graph mark_y[r]*mark_height center font ",9" textcolor rgb ink front } }'
# Points in the same place are drawn one on the other: the later ones are smaller.
is_twin(j,k) = has_point[j] && has_point[k] && abs(x_at(point_x(j)) - x_at(point_x(k))) < 0.008 && abs(y_at(point_y(j)) - y_at(point_y(k))) < 0.01
twins(k) = k == 1 ? 0 : sum [j=1:k-1] is_twin(j, k)
size_of(k) = point_size*0.62**(many ? 0 : min(twins(k), 3))
