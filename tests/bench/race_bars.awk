# race_bars.awk: the tables of bench_race.sh, from lines "kind kernel round peer value" and "bar name number".
# kind: ordinary, hard, go, alone, real, real_alone, share, scale, build. A slowdown is a peer's value over plain's of the same round; what is
# shown and judged is the median over the rounds.
function median(list,  n, a, i, j, t) {
  n = split(list, a, " ")
  for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] + 0 < a[j-1] + 0; j--) { t = a[j]; a[j] = a[j-1]; a[j-1] = t }
  return n == 0 ? "none" : n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
function over_rounds(kind, row, a, b,  k, list) {
  for (k = 1; k <= rounds; k++)
    if (value[kind, row, k, b] > 0 && value[kind, row, k, a] != "")
      list = list " " value[kind, row, k, a] / value[kind, row, k, b]
  return median(list)
}
function judged(name, x,  miss) {
  if (!(name in bar)) return ""
  miss = name ~ /scaling/ ? x < bar[name] : x > bar[name]
  rows_judged++
  over += miss
  return sprintf("%8.2f%s", bar[name], miss ? "   over the bar" : "")
}
function summary(text, name, x) { if (x != "none") printf "%-38s%10.2f%s\n", text, x, judged(name, x) }
function mean(sum, n) { return n ? exp(sum / n) : "none" }

# table prints kind's rows: plain, how much slower each peer is, ours over theirs; sets ours_mean and ratio_mean.
function table(kind, plain, ours, theirs,  r, row, o, t, q, so, sq, n) {
  if (!(kind in is_kind)) { ours_mean = ratio_mean = "none"; return }
  printf "%-14s%12s%10s%10s%14s%8s\n", kind, plain " ms", ours, theirs, ours "/" theirs, kind == "real_alone" ? "bar of " ours : "bar"
  for (r = 1; r <= n_rows[kind]; r++) {
    row = rows[kind, r]
    o = over_rounds(kind, row, ours, plain); t = over_rounds(kind, row, theirs, plain); q = over_rounds(kind, row, ours, theirs)
    if (o == "none" || t == "none") continue
    printf "%-14s%12.1f%10.2f%10.2f%14.2f%s\n", row, median(all[kind, row, plain]), o, t, q, judged(kind, kind == "real_alone" ? o : q)
    so += log(o); sq += log(q); n++
  }
  ours_mean = mean(so, n); ratio_mean = mean(sq, n)
}
$1 == "bar" { bar[$2] = $3; next }
{
  if (!(($1, $2) in seen)) { seen[$1, $2] = 1; is_kind[$1] = 1; rows[$1, ++n_rows[$1]] = $2 }
  value[$1, $2, $3, $4] = $5
  all[$1, $2, $4] = all[$1, $2, $4] " " $5
  if ($3 > rounds) rounds = $3
}
END {
  table("ordinary", "plain", "crun", "tsan"); ordinary = ours_mean
  summary("geometric mean of the slowdowns", "ordinary_mean", ours_mean)
  summary("geometric mean, ours over TSan's", "ordinary_ratio", ratio_mean)
  table("hard", "plain", "crun", "tsan")
  summary("geometric mean, ours over TSan's", "hard_ratio", ratio_mean)
  table("alone", "plain", "crun", "tsan")
  summary("one goroutine alone: geometric mean", "alone_mean", ours_mean)
  table("real", "plain", "crun", "tsan")
  table("real_alone", "plain", "crun", "tsan")
  for (r = 1; r <= n_rows["share"]; r++) {
    row = rows["share", r]
    printf "%-14s%s of its accesses ran without checks\n", row, value["share", row, 1, "crun"]
  }
  table("go", "plain", "race", "plain")
  if (ours_mean != "none") {
    summary("Go -race: geometric mean of its slowdowns", "", ours_mean)
    summary("ours over Go's", "go_ratio", ordinary / ours_mean)
  }
  for (r = 1; r <= n_rows["scale"]; r++) {
    row = rows["scale", r]
    o = over_rounds("scale", row, "crun_1", "crun_2"); t = over_rounds("scale", row, "tsan_1", "tsan_2")
    if (o == "none" || t == "none") continue
    printf "%-14stwo goroutines do %.2f of one's work in its time, TSan's threads %.2f\n", row, 2 * o, 2 * t
    summary("  scaling, ours over TSan's", "scaling", o / t)
  }
  for (r = 1; r <= n_rows["build"]; r++)
    summary(rows["build", r] ", ours over TSan's", rows["build", r], over_rounds("build", rows["build", r], "crun", "tsan"))
  printf "%d of %d figures over the bar\n", over, rows_judged
}
