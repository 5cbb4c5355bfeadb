module crun-bench-echo

go 1.19
