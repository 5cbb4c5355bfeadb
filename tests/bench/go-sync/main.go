// SPDX-License-Identifier: Apache-2.0
// main.go is the twin of sync.c: the same work, the same counts.
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

func perOp(d time.Duration, n int) float64 { return float64(d.Nanoseconds()) / float64(n) }

func produce(n int, out chan int) {
	for i := 0; i < n; i++ {
		out <- i
	}
}

func benchSelect4(n int) float64 {
	var c [4]chan int
	for i := range c {
		c[i] = make(chan int)
	}
	v, sum := 0, 0
	start := time.Now()
	for i := range c {
		go produce(n/4, c[i])
	}
	for i := 0; i < n; i++ {
		select {
		case v = <-c[0]:
			sum += v
		case v = <-c[1]:
			sum += v
		case v = <-c[2]:
			sum += v
		case v = <-c[3]:
			sum += v
		}
	}
	took := time.Since(start)
	if sum != 4*(n/4*(n/4-1)/2) {
		panic(sum)
	}
	return perOp(took, n)
}

func benchTimer(n int) float64 {
	var others [100]*time.Timer
	for i := range others {
		others[i] = time.NewTimer(time.Duration(i+1) * time.Hour)
	}
	start := time.Now()
	for i := 0; i < n; i++ {
		t := time.NewTimer(time.Minute + time.Duration(i%7))
		if !t.Stop() {
			panic("not stopped")
		}
	}
	took := time.Since(start)
	for i := range others {
		others[i].Stop()
	}
	return perOp(took, n)
}

func benchCancel(rounds int) float64 {
	const children = 1000
	var took time.Duration
	child := make([]context.Context, children)
	free := make([]context.CancelFunc, children)
	for round := 0; round < rounds; round++ {
		top, cancel := context.WithCancel(context.Background())
		for i := range child {
			child[i], free[i] = context.WithCancel(top)
		}
		start := time.Now()
		cancel()
		took += time.Since(start)
		for i := range free {
			free[i]()
		}
	}
	return perOp(took, rounds*children)
}

func benchMutex(n int) float64 {
	var mu sync.Mutex
	var wg sync.WaitGroup
	count := 0
	wg.Add(64)
	start := time.Now()
	for i := 0; i < 64; i++ {
		go func() {
			for i := 0; i < n; i++ {
				mu.Lock()
				count++
				mu.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	if count != 64*n {
		panic(count)
	}
	return perOp(time.Since(start), 64*n)
}

func main() {
	var ns float64
	switch os.Args[1] {
	case "select4":
		ns = benchSelect4(1000000)
	case "timer":
		ns = benchTimer(1000000)
	case "cancel":
		ns = benchCancel(500)
	case "mutex":
		ns = benchMutex(200000)
	default:
		os.Exit(2)
	}
	fmt.Printf("%.2f\n", ns)
}
