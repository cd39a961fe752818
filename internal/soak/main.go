//go:build linux

// Command soak runs corsproof again and again under fire, and holds each run to what must be
// true of any: no wrong verdict, no lost report, nothing left behind. .ci/soak starts it.
//
// MINUTES (30), SEED (by the clock; it is printed), LOAD (2: busy loops beside), CORSPROOF (the program,
// bin/corsproof), KEEP (a folder for what wrong runs said).
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	minutes, seed, load := number("MINUTES", 30), uint64(number("SEED", float64(time.Now().Unix()%1_000_000))), int(number("LOAD", 2))
	program, err := filepath.Abs(or(os.Getenv("CORSPROOF"), "bin/corsproof"))
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err, "(make build, or CORSPROOF=PROGRAM)")
		os.Exit(2)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	var busy atomic.Uint64
	for range load {
		go func() {
			for n := uint64(0); ; n++ {
				busy.Store(n)
			}
		}()
	}
	fmt.Printf("soak: %g minutes, SEED=%d, beside %d busy loops\n", minutes, seed, load)
	s := &soak{program: program, random: rand.New(rand.NewPCG(seed, 0)), kinds: map[string]int{}}
	for end := time.Now().Add(time.Duration(minutes * float64(time.Minute))); time.Now().Before(end); {
		s.once()
		if len(stop) > 0 {
			break
		}
	}
	if !s.sum() {
		os.Exit(1)
	}
}

// number is a variable's, or the one that holds without it.
func number(name string, without float64) float64 {
	n, err := strconv.ParseFloat(os.Getenv(name), 64)
	if err != nil || n < 0 {
		return without
	}
	return n
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// soak is the whole of it.
type soak struct {
	program string
	random  *rand.Rand
	runs    int
	kinds   map[string]int // of runs
	slowest time.Duration  // from an interrupt to the end
	wrong   []string       // verdicts
	lost    []string       // reports
	left    []string       // processes, files
}

// sum says what came of it; false: something is wrong.
func (s *soak) sum() bool {
	fmt.Printf("\n%d runs\n", s.runs)
	for _, k := range sorted(s.kinds) {
		fmt.Printf("%6d  %s\n", s.kinds[k], k)
	}
	fmt.Printf("the longest time from a signal to the end: %.1f s\n", s.slowest.Seconds())
	for _, part := range []struct {
		what string
		list []string
	}{{"wrong verdicts", s.wrong}, {"lost reports", s.lost}, {"leftovers", s.left}} {
		fmt.Printf("%d %s\n", len(part.list), part.what)
		for _, line := range part.list {
			fmt.Println("       " + line)
		}
	}
	return len(s.wrong)+len(s.lost)+len(s.left) == 0 && s.runs > 0
}
