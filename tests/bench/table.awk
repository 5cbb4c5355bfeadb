# table.awk: makes a table of lines "row round peer value". Columns are the medians of each peer's
# values, and the median over rounds of ours/theirs, which the noise of a shared machine moves least.
#   awk -v ours=crun -v theirs=go -v bar=1.0 [-v geomean=1] -f table.awk
function median(list,  n, a, i, j, t) {
  n = split(list, a, " ")
  for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] + 0 < a[j-1] + 0; j--) { t = a[j]; a[j] = a[j-1]; a[j-1] = t }
  return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
{
  if (!($1 in seen)) { seen[$1] = 1; rows[++n_rows] = $1 }
  if (!($3 in is_peer)) { is_peer[$3] = 1; peers[++n_peers] = $3 }
  value[$1, $2, $3] = $4
  all[$1, $3] = all[$1, $3] " " $4
  if ($2 > rounds) rounds = $2
}
END {
  printf "%-16s", ""
  for (p = 1; p <= n_peers; p++) printf "%12s", peers[p]
  printf "%14s\n", ours "/" theirs
  for (r = 1; r <= n_rows; r++) {
    row = rows[r]; ratios = ""
    printf "%-16s", row
    for (p = 1; p <= n_peers; p++) printf "%12.1f", median(all[row, peers[p]])
    for (k = 1; k <= rounds; k++)
      if (value[row, k, theirs] > 0) ratios = ratios " " value[row, k, ours] / value[row, k, theirs]
    ratio = median(ratios)
    product += log(ratio)
    printf "%14.2f%s\n", ratio, (!geomean && ratio > bar ? "   over the bar (" bar ")" : "")
    if (ratio > bar) over++
  }
  mean = exp(product / n_rows)
  if (geomean) printf "geometric mean %.2f, bar %.2f%s\n", mean, bar, (mean > bar ? "   over the bar" : "")
  else printf "%d of %d rows over the bar\n", over, n_rows
}
