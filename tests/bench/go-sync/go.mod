module sync-bench

go 1.23
