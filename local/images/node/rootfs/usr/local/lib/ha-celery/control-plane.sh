# shellcheck shell=bash
# Components of the control plane, in one container.

# shellcheck source=certificates.sh
source /usr/local/lib/ha-celery/certificates.sh
make_certificates

# Routes to pods, for the API server's proxy and for CoreDNS.
for route in $POD_ROUTES; do
  ip route replace "${route%=*}" via "${route#*=}"
done

start etcd etcd --name control-plane --data-dir /data/etcd \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
  --initial-cluster control-plane=http://127.0.0.1:2380

start kube-apiserver kube-apiserver \
  --advertise-address "$CONTROL_PLANE_IP" \
  --etcd-servers http://127.0.0.1:2379 \
  --service-cluster-ip-range "$SERVICE_CIDR" \
  --authorization-mode Node,RBAC \
  --enable-admission-plugins NodeRestriction \
  --client-ca-file "$authority/ca.crt" \
  --tls-cert-file "$authority/kube-apiserver.crt" \
  --tls-private-key-file "$authority/kube-apiserver.key" \
  --kubelet-certificate-authority "$authority/ca.crt" \
  --kubelet-client-certificate "$authority/kubelet-client.crt" \
  --kubelet-client-key "$authority/kubelet-client.key" \
  --kubelet-preferred-address-types InternalIP \
  --service-account-issuer https://kubernetes.default.svc.cluster.local \
  --service-account-key-file "$authority/service-accounts.key" \
  --service-account-signing-key-file "$authority/service-accounts.key" \
  --allow-privileged

until_succeeds api_is_ready

# No leader election: there is one instance of each, which would wait for its previous lease after a restart.
start kube-controller-manager kube-controller-manager \
  --kubeconfig "$authority/kube-controller-manager.kubeconfig" \
  --bind-address 127.0.0.1 \
  --root-ca-file "$authority/ca.crt" \
  --cluster-signing-cert-file "$authority/ca.crt" \
  --cluster-signing-key-file "$authority/ca.key" \
  --service-account-private-key-file "$authority/service-accounts.key" \
  --use-service-account-credentials \
  --leader-elect=false

start kube-scheduler kube-scheduler \
  --kubeconfig "$authority/kube-scheduler.kubeconfig" \
  --bind-address 127.0.0.1 \
  --leader-elect=false

render addons.yaml /run/ha-celery/addons.yaml
until_succeeds kubectl apply --validate=false --filename /run/ha-celery/addons.yaml

start coredns coredns -conf /etc/ha-celery/Corefile
