// SPDX-License-Identifier: Apache-2.0
// main.go: the twin of ../race_sync.c, for go build -race.
package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

const most = 1000

var mu [most]sync.Mutex
var counts [most][8]int
var private int

func pairs(n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		mu[0].Lock()
		counts[0][0]++
		mu[0].Unlock()
	}
	wg.Done()
}

func pairsBetween(n int, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		private++
		mu[0].Lock()
		counts[0][0]++
		mu[0].Unlock()
	}
	wg.Done()
}

func atRandom(n, locks int, seed uint32, wg *sync.WaitGroup) {
	for i := 0; i < n; i++ {
		seed = seed*1664525 + 1013904223
		k := (seed >> 8) % uint32(locks)
		mu[k].Lock()
		counts[k][0]++
		mu[k].Unlock()
	}
	wg.Done()
}

func perOp(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) }

func benchOne(fn func(int, *sync.WaitGroup), n int) float64 {
	c := make(chan int)
	var wg sync.WaitGroup
	go func() { <-c }()
	wg.Add(1)
	start := time.Now()
	go fn(n, &wg)
	wg.Wait()
	took := time.Since(start)
	c <- 0
	return perOp(took, n)
}

func benchRandom(many, n int) float64 {
	var wg sync.WaitGroup
	wg.Add(many)
	start := time.Now()
	for i := 0; i < many; i++ {
		go atRandom(n, many, uint32(i), &wg)
	}
	wg.Wait()
	return perOp(time.Since(start), many*n)
}

func benchChannel(capacity, n int) float64 {
	c := make(chan int, capacity)
	sum := 0
	start := time.Now()
	go func() {
		for i := 0; i < n; i++ {
			c <- i
		}
		close(c)
	}()
	for v := range c {
		sum += v
	}
	took := time.Since(start)
	if sum != n*(n-1)/2 {
		panic(sum)
	}
	return perOp(took, n)
}

func main() {
	var ns float64
	switch os.Args[1] {
	case "pair":
		ns = benchOne(pairs, 2000000)
	case "between":
		ns = benchOne(pairsBetween, 2000000)
	case "random64":
		ns = benchRandom(64, 20000)
	case "random1000":
		ns = benchRandom(1000, 500)
	case "unbuffered":
		ns = benchChannel(0, 500000)
	case "buffered":
		ns = benchChannel(64, 1000000)
	default:
		os.Exit(2)
	}
	fmt.Printf("%.2f\n", ns)
}
