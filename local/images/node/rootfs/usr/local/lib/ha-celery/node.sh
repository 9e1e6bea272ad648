# shellcheck shell=bash
# Components of a node.

# The volumes that the kubelet mounts must be visible in the pods' mount namespaces.
mount --make-rshared /
# Read-only in a container without --privileged.
mount -o remount,rw /sys
# The kubelet reads the kernel's log, which a container may not have.
[ -e /dev/kmsg ] || ln -s /dev/null /dev/kmsg
[ -s /etc/machine-id ] || tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id

if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  # In cgroup v2, only a group without processes can enable controllers for its children.
  mount -o remount,bind,rw /sys/fs/cgroup
  mkdir -p /sys/fs/cgroup/components
  while read -r process; do
    echo "$process" > /sys/fs/cgroup/components/cgroup.procs || true
  done < /sys/fs/cgroup/cgroup.procs
  for controller in $(< /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control || true
  done
else
  for hierarchy in /sys/fs/cgroup/*/; do
    ! mountpoint --quiet "$hierarchy" || mount -o remount,bind,rw "$hierarchy"
  done
fi

# Some hosts allow a billion open files. Programs that allocate a table of them, such as Erlang, would take gigabytes.
open_files=$(ulimit -Hn)
if [ "$open_files" = unlimited ] || [ "$open_files" -gt 1048576 ]; then
  ulimit -n 1048576
else
  ulimit -n "$open_files"
fi

echo 1 > /proc/sys/net/ipv4/ip_forward
for route in $POD_ROUTES; do
  [ "${route#*=}" = "$NODE_IP" ] || ip route replace "${route%=*}" via "${route#*=}"
done
# Pods keep their address inside the cluster; to the outside they use the node's.
iptables --table nat --append POSTROUTING --source "$POD_CIDR" ! --destination "$CLUSTER_CIDR" --jump MASQUERADE

render containerd.toml /etc/containerd/config.toml
render hosts.toml "/etc/containerd/certs.d/$REGISTRY/hosts.toml"
render cni.json /etc/cni/net.d/10-pods.conflist
render kubelet.yaml /etc/kubernetes/kubelet.yaml
render resolv.conf /etc/kubernetes/resolv.conf

start containerd containerd
until_succeeds ctr --namespace k8s.io images import /usr/local/lib/ha-celery/pause.tar

certificates=/certificates/$NODE_NAME
until_succeeds test -s "$certificates/kubelet.kubeconfig"
until_succeeds api_is_ready

start kubelet kubelet --config /etc/kubernetes/kubelet.yaml --kubeconfig "$certificates/kubelet.kubeconfig" \
  --root-dir /data/kubelet --hostname-override "$NODE_NAME" --node-ip "$NODE_IP" \
  --node-labels "topology.kubernetes.io/region=local,topology.kubernetes.io/zone=$ZONE"

start kube-proxy kube-proxy --kubeconfig "$certificates/kube-proxy.kubeconfig" --hostname-override "$NODE_NAME" \
  --cluster-cidr "$PODS_CIDR" --nodeport-addresses primary --oom-score-adj 0 --conntrack-max-per-core 0

start local-volume-provisioner local-volume-provisioner --node "$NODE_NAME" --root /data/volumes \
  --kubeconfig "$certificates/local-volume-provisioner.kubeconfig"
