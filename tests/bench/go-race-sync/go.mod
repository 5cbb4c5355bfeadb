module race-sync-bench

go 1.23
