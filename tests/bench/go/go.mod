module crun/bench

go 1.19
