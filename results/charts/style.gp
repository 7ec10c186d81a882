# The shared look of the pygcsim charts, read before each template: colours, lines, fonts, margins, units,
# and the list of policies in $data. The program sets: the terminal, output, policies, subtitle, $data.
# SPDX-License-Identifier: GPL-3.0-or-later

# (no "set encoding utf8": that warns in the C locale, and UTF-8 passes through unchanged without it)
set termoption noenhanced                       # policy names hold underscores
set datafile separator "\t"

# ---- policy k has linetype k on every chart: Okabe-Ito hues with the lightness spread for greyscale
color = "#000000 #CF7F00 #003C78 #4DB4EE #A02000 #008E5E #98507F #D6CF1E"
shapes = "7 5 9 13 11 6 4 8 12 10 1 2"         # disc, square, triangle, diamond, ...
point_size = GPVAL_TERM eq "svg" ? 0.7 : 1.2   # svg draws its points larger
title_font = ",17"
shape(k) = int(word(shapes, (int(k)-1)%12 + 1))
ink = 0x303030; grey = 0x767676; pale = 0xD8D8D8; live_fill = 0xE4E4E4; live_line = 0xA0A0A0
do for [k=1:40] {
  dash = k <= 8 ? 1 : k <= 16 ? 2 : 3
  set linetype k lc rgb word(color, (k-1)%8 + 1) lw 2 dt dash pt shape(k) ps point_size
}

# ---- frame, grid, text
unset key
set border 3 lw 0.8 lc rgb grey
set tics out nomirror scale 0.6, 0.3 font ",10" textcolor rgb ink
set grid ytics lt -1 lw 0.6 lc rgb pale dt 1, lt -1 lw 0.6 lc rgb pale dt 1
set format "%g"
set margins screen 0.1, -1, screen 0.10, screen 0.86
set label 2 subtitle at screen 0.02, 0.918 left font ",10" textcolor rgb grey

# ---- numbers for readers
duration(s) = s <= 0 ? "0" : s < 999.5e-9 ? sprintf("%.3g ns", s*1e9) : s < 999.5e-6 ? sprintf("%.3g µs", s*1e6) \
            : s < 0.9995 ? sprintf("%.3g ms", s*1e3) : s < 999.5 ? sprintf("%.3g s", s) : sprintf("%.0f s", s)
mem_unit(b) = b < 1000 ? 1 : b < 1000*2**10 ? 2**10 : b < 1000*2**20 ? 2**20 : 2**30     # divisor ...
mem_name(u) = u == 1 ? "B" : u == 2**10 ? "KiB" : u == 2**20 ? "MiB" : "GiB"             # ... and its name
memory(b)   = sprintf("%.3g %s", b/mem_unit(b), mem_name(mem_unit(b)))
clock_unit(s) = s <= 300 ? 1 : s <= 3*3600 ? 60 : s <= 96*3600 ? 3600 : 86400
clock_name(u) = u == 1 ? "s" : u == 60 ? "min" : u == 3600 ? "h" : "days"

decade(x) = 10.0**floor(log10(x))
round_step(x) = decade(x) * (x < 1.5*decade(x) ? 1 : x < 3.5*decade(x) ? 2 : x < 7.5*decade(x) ? 5 : 10)

# ---- a logarithmic y axis for durations from lo to hi, a decade at least:  eval seconds_axis
# (it makes lo and hi the logarithms of the axis ends)
seconds_axis = 'lo = log10(lo); hi = log10(hi); room = max(0.05*(hi-lo), 0.5*(1 - (hi-lo))); \
  lo = lo - room; hi = hi + room; \
  set logscale y; set yrange [10**lo : 10**hi]; set ytics (); \
  do for [e=floor(lo):floor(hi)] { do for [m=1:9] { \
    shown = m == 1 || hi-lo < 3 && (m == 2 || m == 5) ? duration(m*10.0**e) : ""; \
    if (m*10.0**e >= 10**lo) { set ytics add (shown m*10.0**e shown eq "") } } }'

# ---- fields of a line: number c in line s, NaN when empty or no number (gnuplot reads "2.e-7", not "2e-7")
tab(s)     = strstrt(s, "\t")
field(s,c) = c > 1 ? (tab(s) ? field(s[tab(s)+1:*], c-1) : "") : tab(s) ? s[1:tab(s)-1] : s
dotted(s)  = strstrt(s, ".") || !strstrt(s, "e") ? s : s[1:strstrt(s, "e")-1] . "." . s[strstrt(s, "e"):*]
number(s)  = strlen(s) && strstrt("0123456789.", s[1:1]) ? real(dotted(s)) : NaN
num(s,c)   = number(field(s,c))
min(a,b)   = a < b ? a : b
max(a,b)   = a > b ? a : b

# ---- the policies in a data block: name[k], and its rows, the lines first[k] to last[k] (none: last < first)
array name[policies]; array first[policies]; array last[policies]
longest = 8
read_policies(block) = 'k = 0; blank = 2; \
  do for [i=1:|'.block.'|] { line = '.block.'[i]; \
    if (strlen(line) == 0) { blank = blank + 1; continue }; \
    if (strlen(field(line, 1)) == 0) { continue }; \
    if (blank > 1 && k < policies) { k = k + 1; first[k] = i + 1; \
      name[k] = field(line, 1); longest = max(longest, strlen(name[k])) }; \
    last[k] = i; blank = 0 }'
eval read_policies("$data")

# ---- room for policy names: their font size (long ones are set smaller), and width in characters of 11 pt
name_size(n) = n < 46 ? 10 : max(6.5, 460.0/n)
name_font(n) = sprintf(",%g", name_size(n))
name_width(n) = n*name_size(n)/11
