// The operator of Go's controller-runtime that the benchmarks run: see operator-terms.ts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Set by the build: the version of controller-runtime and of these sources.
var version = "unknown"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	switch os.Args[1] {
	case "version":
		fmt.Println(version)
		return nil
	case "queue":
		return measureQueue(os.Args[2])
	}
	kubeconfig, namespace, report := os.Args[1], os.Args[2], os.Args[4]
	objects, err := strconv.Atoi(os.Args[3])
	if err != nil {
		return err
	}
	// Info and above, to standard error, as kubebuilder's projects log in production.
	log.SetLogger(zap.New(zap.UseDevMode(false)))
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	tally := &tally{objects: objects, report: report, seen: map[string]struct{}{}}
	tally.tell("started", nil)
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Metrics: server.Options{BindAddress: "0"},
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{namespace: {}},
			DefaultTransform:  cache.TransformStripManagedFields(),
		},
	})
	if err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(manager).
		For(&corev1.ConfigMap{}).
		Complete(reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
			var configMap corev1.ConfigMap
			if err := manager.GetClient().Get(ctx, request.NamespacedName, &configMap); err != nil {
				return reconcile.Result{}, client.IgnoreNotFound(err)
			}
			return reconcile.Result{}, tally.reconciled(request.NamespacedName, configMap.Data["value"])
		}))
	if err != nil {
		return err
	}
	return manager.Start(ctrl.SetupSignalHandler())
}

// One worker reconciles, so nothing here is locked.
type tally struct {
	objects   int
	report    string
	seen      map[string]struct{}
	latencies []float64
	phase     string
}

func (t *tally) reconciled(key types.NamespacedName, value string) error {
	now := time.Now().UnixMicro()
	if t.objects > 0 {
		if len(t.seen) == 0 {
			t.tell("cached", nil)
		}
		t.seen[key.String()] = struct{}{}
		if len(t.seen) == t.objects {
			t.objects = 0
			t.tell("reconciled", nil)
		}
		return nil
	}
	parts := strings.Split(value, " ")
	if len(parts) != 3 {
		return nil
	}
	total, err := strconv.Atoi(parts[1])
	if err != nil {
		return err
	}
	sent, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return err
	}
	if parts[0] != t.phase {
		t.phase, t.seen, t.latencies = parts[0], map[string]struct{}{}, nil
	}
	if _, known := t.seen[key.String()]; known {
		return nil
	}
	t.seen[key.String()] = struct{}{}
	t.latencies = append(t.latencies, float64(now-sent)/1000)
	if len(t.seen) == total {
		t.tell(t.phase, t.latencies)
	}
	return nil
}

func (t *tally) tell(phase string, latencies []float64) {
	line := map[string]any{
		"phase": phase,
		"atMs":  float64(time.Now().UnixMicro()) / 1000,
		"cpuMs": cpuMilliseconds(),
	}
	if len(latencies) > 0 {
		slices.Sort(latencies)
		line["p50Ms"] = latencies[len(latencies)/2]
		line["p99Ms"] = latencies[len(latencies)*99/100]
	}
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	file, err := os.OpenFile(t.report, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if _, err := file.Write(append(text, '\n')); err != nil {
		panic(err)
	}
}

func cpuMilliseconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
}
