// One binary for everything that Kubernetes runs on a local node: the programs share most of their code, so together
// they take a quarter of the space that they would take apart. The name it is called by, or else its first argument,
// picks the program.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	_ "time/tzdata" // CronJobs may name a time zone, and node images need not know any

	"ha-celery.dev/node/provisioner"
)

// A program runs to its end and gives its exit code.
type program func() int

var programs = map[string]program{
	"kube-apiserver":           run(apiserver.NewAPIServerCommand),
	"kube-controller-manager":  run(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":           run(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kube-proxy":               run(proxy.NewProxyCommand),
	"kubelet":                  run(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
	"local-volume-provisioner": run(provisioner.NewCommand),
	"kubectl":                  runKubectl,
}

func main() {
	name := filepath.Base(os.Args[0])
	if _, known := programs[name]; !known && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		name = os.Args[0]
	}
	chosen, known := programs[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%q is none of the programs in this binary: %s\n", name, strings.Join(names(), ", "))
		os.Exit(2)
	}
	os.Exit(chosen())
}

func names() []string {
	all := make([]string, 0, len(programs))
	for name := range programs {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// run makes the command only when it is wanted: some register global flags and metrics as they are made.
func run(newCommand func() *cobra.Command) program {
	return func() int { return cli.Run(newCommand()) }
}

// runKubectl prints errors its own way and must know the log level before its flags are read.
func runKubectl() int {
	if _, err := logs.GlogSetter(kubectl.GetLogVerbosity(os.Args)); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err) // exits
	}
	return 0
}
