// SPDX-License-Identifier: Apache-2.0

// The Go twin of runtime.c: the same four loops, as ns per operation. GOMAXPROCS says how many Ps.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
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
	default:
		os.Exit(2)
	}
	fmt.Printf("%.2f\n", ns)
}
