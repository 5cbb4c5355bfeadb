# bars.awk: a table of lines "row round peer value" with a bar of its own for each row, from lines "bar row number".
# A bar that begins with > is one to reach, on the value itself: it has no peer. Else it is on ours over theirs.
#   awk -v ours=crun -v theirs=go -f bars.awk BARS LOG
function median(list,  n, a, i, j, t) {
  n = split(list, a, " ")
  for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] + 0 < a[j-1] + 0; j--) { t = a[j]; a[j] = a[j-1]; a[j-1] = t }
  return n == 0 ? "none" : n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
$1 == "bar" { rows[++n_rows] = $2; bar[$2] = $3; next }
{
  value[$1, $2, $3] = $4
  all[$1, $3] = all[$1, $3] " " $4
  if ($2 > rounds) rounds = $2
}
END {
  printf "%-22s%14s%14s%10s%8s\n", "", ours, theirs, "ratio", "bar"
  for (r = 1; r <= n_rows; r++) {
    row = rows[r]; ratios = ""
    floor = sub(/^>/, "", bar[row])
    for (k = 1; k <= rounds; k++)
      if (floor ? (row, k, ours) in value : value[row, k, theirs] > 0)
        ratios = ratios " " (floor ? value[row, k, ours] : value[row, k, ours] / value[row, k, theirs])
    ratio = median(ratios)
    if (ratio == "none") continue
    miss = floor ? ratio < bar[row] : ratio > bar[row]
    over += miss
    shown++
    printf "%-22s%14.1f%14s%10.2f%8.2f%s\n", row, median(all[row, ours]),
      floor ? "" : sprintf("%.1f", median(all[row, theirs])), ratio, bar[row], miss ? "   over the bar" : ""
  }
  printf "%d of %d rows over the bar\n", over, shown
}
