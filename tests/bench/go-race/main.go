// SPDX-License-Identifier: Apache-2.0

// The Go twin of race.c's ordinary kernels: the same algorithms over the same data, as milliseconds of processor time, while 1000
// other goroutines are alive.
package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
)

const seed = 88172645463325252

var published atomic.Int64 // a store to it ends an epoch
var sink int64

func step(x *uint64) uint64 {
	*x ^= *x << 13
	*x ^= *x >> 7
	*x ^= *x << 17
	return *x
}

func filled[T int32 | int64 | float64 | byte](n int) []T {
	a := make([]T, n)
	for i := range a {
		a[i] = 1
	}
	return a
}

//go:noinline
func add(to, from []int64) {
	for i := range to {
		to[i] += from[i]
	}
}

func array() {
	a, b := filled[int64](1<<18), filled[int64](1<<18)
	for r := 0; r < 60; r++ {
		add(a, b)
		published.Store(int64(r))
	}
	sink = a[7]
}

//go:noinline
func sumOf(a []int32) (sum int64) {
	for _, v := range a {
		sum += int64(v)
	}
	return
}

func sum() {
	a := filled[int32](1 << 19)
	for r := 0; r < 60; r++ {
		a[r] = int32(r)
		sink = sumOf(a)
		published.Store(int64(r))
	}
}

//go:noinline
func prefixOf(a []int64) {
	for i := 1; i < len(a); i++ {
		a[i] += a[i-1]
	}
}

func prefix() {
	a := filled[int64](1 << 18)
	for r := 0; r < 60; r++ {
		prefixOf(a)
		published.Store(int64(r))
	}
	sink = a[7]
}

//go:noinline
func smooth(n int, from, to []float64) {
	for i := 1; i < n-1; i++ {
		for j := 1; j < n-1; j++ {
			to[i*n+j] = 0.25 * (from[(i-1)*n+j] + from[(i+1)*n+j] + from[i*n+j-1] + from[i*n+j+1])
		}
	}
}

func stencil() {
	const n = 512
	a, b := filled[float64](n*n), filled[float64](n*n)
	for r := 0; r < 20; r++ {
		smooth(n, a, b)
		smooth(n, b, a)
		published.Store(int64(r))
	}
	sink = int64(a[n+1])
}

//go:noinline
func multiply(n int, a, b, c []float64) {
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			sum := 0.0
			for k := 0; k < n; k++ {
				sum += a[i*n+k] * b[k*n+j]
			}
			c[i*n+j] = sum
		}
	}
}

func matrix() {
	const n = 160
	a, b, c := filled[float64](n*n), filled[float64](n*n), filled[float64](n*n)
	for r := 0; r < 4; r++ {
		multiply(n, a, b, c)
		published.Store(int64(r))
	}
	sink = int64(c[9])
}

const slots = 1 << 16

type slot struct{ key, count uint64 }

//go:noinline
func countKey(table []slot, key uint64) {
	i := key * 0x9e3779b97f4a7c15 >> 48
	for table[i%slots].key != 0 && table[i%slots].key != key {
		i++
	}
	table[i%slots].key = key
	table[i%slots].count++
}

func hash() {
	table := make([]slot, slots)
	x := uint64(seed)
	for i := 0; i < 3000000; i++ {
		countKey(table, step(&x)%30000+1)
		if i%10000 == 0 {
			published.Store(int64(i))
		}
	}
	sink = int64(table[5].count)
}

type node struct {
	next  *node
	value int64
}

//go:noinline
func listSum(n *node) (sum int64) {
	for ; n != nil; n = n.next {
		sum += n.value
		n.value++
	}
	return
}

func list() {
	const n = 100000
	nodes := make([]node, n)
	var head *node
	for i := 0; i < n; i++ {
		at := &nodes[i*7919%n]
		*at = node{head, int64(i)}
		head = at
	}
	for r := 0; r < 50; r++ {
		sink = listSum(head)
		published.Store(int64(r))
	}
}

type tree struct {
	left, right *tree
	key         uint64
}

//go:noinline
func treeFind(at **tree, key uint64) **tree {
	for *at != nil && (*at).key != key {
		if key < (*at).key {
			at = &(*at).left
		} else {
			at = &(*at).right
		}
	}
	return at
}

func treeFill(root **tree, x *uint64, n int, release bool) {
	for i := 0; i < n; i++ {
		key := step(x) % 50000
		at := treeFind(root, key)
		if *at == nil {
			*at = &tree{key: key}
		}
		if release && i%10000 == 0 {
			published.Store(int64(i))
		}
	}
}

func treeInsert() {
	var root *tree
	x := uint64(seed)
	treeFill(&root, &x, 400000, true)
}

func lookup() {
	var root *tree
	x := uint64(seed)
	found := 0
	treeFill(&root, &x, 20000, false)
	for i := 0; i < 150000; i++ {
		if *treeFind(&root, step(&x)%50000) != nil {
			found++
		}
		if i%10000 == 0 {
			published.Store(int64(i))
		}
	}
	sink = int64(found)
}

type body struct {
	x, v [3]float64
	mass float64
}

//go:noinline
func move(b []body, dt float64) {
	for i := range b {
		for j := i + 1; j < len(b); j++ {
			var d [3]float64
			r2 := 0.01
			for k := 0; k < 3; k++ {
				d[k] = b[i].x[k] - b[j].x[k]
				r2 += d[k] * d[k]
			}
			f := dt / (r2 * r2)
			for k := 0; k < 3; k++ {
				b[i].v[k] -= d[k] * b[j].mass * f
				b[j].v[k] += d[k] * b[i].mass * f
			}
		}
	}
	for i := range b {
		for k := 0; k < 3; k++ {
			b[i].x[k] += dt * b[i].v[k]
		}
	}
}

func nbody() {
	bodies := make([]body, 24)
	for i := range bodies {
		f := float64(i)
		bodies[i] = body{x: [3]float64{f, 2 * f, 3}, v: [3]float64{0, 0, f}, mass: 1 + f}
	}
	for r := 0; r < 4000; r++ {
		move(bodies, 0.001)
		published.Store(int64(r))
	}
	sink = int64(bodies[3].x[0])
}

//go:noinline
func mergeSort(a, tmp []int64) {
	if len(a) <= 8 {
		for i := 1; i < len(a); i++ {
			x, j := a[i], i
			for ; j > 0 && a[j-1] > x; j-- {
				a[j] = a[j-1]
			}
			a[j] = x
		}
		return
	}
	half := len(a) / 2
	mergeSort(a[:half], tmp)
	mergeSort(a[half:], tmp)
	i, j, k := 0, half, 0
	for ; i < half && j < len(a); k++ {
		if a[i] <= a[j] {
			tmp[k] = a[i]
			i++
		} else {
			tmp[k] = a[j]
			j++
		}
	}
	for ; i < half; k++ {
		tmp[k] = a[i]
		i++
	}
	copy(a, tmp[:k])
}

func sorting() {
	const n = 1 << 17
	a, tmp := filled[int64](n), filled[int64](n)
	x := uint64(seed)
	for r := 0; r < 6; r++ {
		for i := range a {
			a[i] = int64(step(&x) >> 1)
		}
		mergeSort(a, tmp)
		published.Store(int64(r))
	}
	sink = a[0]
}

//go:noinline
func checksum(p []byte) int64 {
	a, b := uint32(1), uint32(0)
	for i := range p {
		a = (a + uint32(p[i])) % 65521
		b = (b + a) % 65521
		p[i] ^= byte(b)
	}
	return int64(b<<16 | a)
}

func bytes() {
	p := filled[byte](1 << 20)
	for r := 0; r < 12; r++ {
		sink = checksum(p)
		published.Store(int64(r))
	}
}

var kernels = map[string]func(){
	"array": array, "sum": sum, "prefix": prefix, "stencil": stencil, "matrix": matrix, "hash": hash,
	"list": list, "tree": treeInsert, "lookup": lookup, "nbody": nbody, "sort": sorting, "bytes": bytes,
}

// processor returns the milliseconds of processor time used so far.
func processor() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}

const live = 1000

var written [live]int

func bystander(i int, started, end chan int) {
	written[i] = i
	started <- i
	<-end
}

func main() {
	started, end := make(chan int), make(chan int)
	for i := 0; i < live; i++ {
		go bystander(i, started, end)
	}
	for i := 0; i < live; i++ {
		<-started
	}
	run := kernels[os.Args[1]]
	start := processor()
	run()
	fmt.Printf("%.2f\n", processor()-start)
	close(end)
}
