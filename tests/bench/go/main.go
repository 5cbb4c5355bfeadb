// SPDX-License-Identifier: Apache-2.0

// The Go twin of runtime.c: the same loops, as ns per operation. GOMAXPROCS says how many Ps.
package main

import (
	"fmt"
	"math/bits"
	"os"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

func benchYield(n int) float64 {
	var wg sync.WaitGroup
	wg.Add(2)
	start := time.Now()
	for g := 0; g < 2; g++ {
		go func() {
			for i := 0; i < n; i++ {
				runtime.Gosched()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return float64(time.Since(start).Nanoseconds()) / float64(2*n)
}

func sendOne(c chan int32) { c <- 1 }

func benchSpawn(n int) float64 {
	c := make(chan int32)
	start := time.Now()
	for i := 0; i < n; i++ {
		go sendOne(c)
		<-c
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

func echo(n int, in, out chan int64) {
	for i := 0; i < n; i++ {
		v := <-in
		out <- v + 1
	}
}

func benchPingPong(n int) float64 {
	in, out := make(chan int64), make(chan int64)
	go echo(n, in, out)
	var v int64
	start := time.Now()
	for i := 0; i < n; i++ {
		in <- v
		v = <-out
	}
	if v != int64(n) {
		panic("lost a message")
	}
	return float64(time.Since(start).Nanoseconds()) / float64(2*n)
}

func produce(n int, out chan int64) {
	for i := 0; i < n; i++ {
		out <- int64(i)
	}
}

func benchBuffered(n int) float64 {
	c := make(chan int64, 128)
	var sum int64
	start := time.Now()
	go produce(n, c)
	for i := 0; i < n; i++ {
		sum += <-c
	}
	if sum != int64(n)*int64(n-1)/2 {
		panic("lost an element")
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

func benchBatch(rounds int) float64 {
	const batch = 1000
	var wg sync.WaitGroup
	start := time.Now()
	for r := 0; r < rounds; r++ {
		wg.Add(batch)
		for i := 0; i < batch; i++ {
			go wg.Done()
		}
		wg.Wait()
	}
	return float64(time.Since(start).Nanoseconds()) / float64(rounds*batch)
}

func generate(out chan int64, stop *atomic.Bool) {
	for i := int64(2); !stop.Load(); i++ {
		out <- i
	}
	close(out)
}

func filter(in, out chan int64, prime int64) {
	for v := range in {
		if v%prime != 0 {
			out <- v
		}
	}
	close(out)
}

func benchSieve(n int) float64 {
	var stop atomic.Bool
	c := make(chan int64)
	var prime int64
	start := time.Now()
	go generate(c, &stop)
	for i := 0; i < n; i++ {
		prime = <-c
		next := make(chan int64)
		go filter(c, next, prime)
		c = next
	}
	took := time.Since(start)
	if n == 1000 && prime != 7919 {
		panic("not the prime")
	}
	stop.Store(true)
	for range c {
	}
	return float64(took.Nanoseconds()) / float64(n)
}

func skynet(up chan int64, number int64, size int) {
	if size == 1 {
		up <- number
		return
	}
	c := make(chan int64)
	var sum int64
	for i := 0; i < 10; i++ {
		go skynet(c, number+int64(i*(size/10)), size/10)
	}
	for i := 0; i < 10; i++ {
		sum += <-c
	}
	up <- sum
}

func benchSkynet(n int) float64 {
	c := make(chan int64)
	start := time.Now()
	go skynet(c, 0, n)
	if <-c != int64(n)*int64(n-1)/2 {
		panic("lost a leaf")
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

func spins(over *atomic.Bool, wg *sync.WaitGroup) {
	x := uint64(1)
	for !over.Load() {
		for i := 0; i < 1000; i++ {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
	}
	if bits.OnesCount64(x) == 0 {
		panic(x)
	}
	wg.Done()
}

// benchTicker is the twin of ticker.c: the p99 of a 1 ms ticker's gaps while four goroutines compute, in ns.
func benchTicker(ticks int) float64 {
	var over atomic.Bool
	var wg sync.WaitGroup
	wg.Add(4)
	for i := 0; i < 4; i++ {
		go spins(&over, &wg)
	}
	t := time.NewTicker(time.Millisecond)
	gaps := make([]float64, 0, ticks)
	begin := time.Now()
	last := begin
	for i := 0; i < ticks && time.Since(begin) < 5*time.Second; i++ {
		<-t.C
		now := time.Now()
		gaps = append(gaps, float64(now.Sub(last).Nanoseconds()))
		last = now
	}
	t.Stop()
	over.Store(true)
	wg.Wait()
	sort.Float64s(gaps)
	return gaps[len(gaps)*99/100]
}

func main() {
	var ns float64
	switch os.Args[1] {
	case "yield":
		ns = benchYield(2000000)
	case "spawn":
		ns = benchSpawn(500000)
	case "pingpong":
		ns = benchPingPong(1000000)
	case "buffered":
		ns = benchBuffered(5000000)
	case "batch":
		ns = benchBatch(500)
	case "sieve":
		ns = benchSieve(1000)
	case "skynet":
		ns = benchSkynet(1000000)
	case "ticker":
		ns = benchTicker(2000)
	default:
		os.Exit(2)
	}
	fmt.Printf("%.2f\n", ns)
}
