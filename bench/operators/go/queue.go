package main

import (
	"fmt"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Fills the priority queue, raises the priority of half of it, and empties it: see queue-life.ts.
func measureQueue(count string) error {
	keys, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	requests := make([]reconcile.Request, keys)
	for index := range requests {
		name := types.NamespacedName{Namespace: "default", Name: fmt.Sprintf("object-%d", index)}
		requests[index] = reconcile.Request{NamespacedName: name}
	}
	queue := priorityqueue.New[reconcile.Request]("bench")
	low, high := -100, 0
	start := time.Now()
	for _, request := range requests {
		queue.AddWithOpts(priorityqueue.AddOpts{Priority: &low}, request)
	}
	added := time.Now()
	for index := 0; index < keys; index += 2 {
		queue.AddWithOpts(priorityqueue.AddOpts{Priority: &high}, requests[index])
	}
	raised := time.Now()
	for range requests {
		request, _, _ := queue.GetWithPriority()
		queue.Forget(request)
		queue.Done(request)
	}
	taken := time.Now()
	queue.ShutDown()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return err
	}
	runtime.KeepAlive(requests)
	fmt.Printf(`{"addMs":%f,"raiseMs":%f,"takeMs":%f,"peakMiB":%f}`+"\n",
		milliseconds(added.Sub(start)), milliseconds(raised.Sub(added)),
		milliseconds(taken.Sub(raised)), float64(usage.Maxrss)/1024)
	return nil
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration.Microseconds()) / 1000
}
