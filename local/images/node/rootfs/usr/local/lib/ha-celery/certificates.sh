# shellcheck shell=bash
# The cluster's certificates. The CA and the service account key are created once and kept. The certificates that the CA
# signs are created at every start, so that they contain the container's current address.

# Visible to the control plane only.
authority=/data/certificates
# Also visible to the nodes.
shared=/certificates

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 -config /etc/ha-celery/openssl.cnf)

make_authority() {
  mkdir -p "$authority"
  [ -s "$authority/ca.crt" ] || {
    openssl req -x509 "${new_key[@]}" -subj /CN=ha-celery -addext basicConstraints=critical,CA:TRUE \
      -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$authority/ca.key" -out "$authority/ca.crt.new"
    mv "$authority/ca.crt.new" "$authority/ca.crt"
  }
  [ -s "$authority/service-accounts.key" ] || {
    openssl ecparam -name prime256v1 -genkey -noout -out "$authority/service-accounts.key.new"
    mv "$authority/service-accounts.key.new" "$authority/service-accounts.key"
  }
}

# sign FILE SUBJECT [ALTERNATIVE NAMES]: writes FILE.crt and FILE.key.
sign() {
  local names=()
  [ -z "${3:-}" ] || names=(-addext "subjectAltName=$3")
  openssl req -x509 -CA "$authority/ca.crt" -CAkey "$authority/ca.key" "${new_key[@]}" -subj "$2" \
    -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=clientAuth,serverAuth "${names[@]}" \
    -keyout "$1.key" -out "$1.crt"
}

# sign_kubeconfig FILE SUBJECT: writes FILE.kubeconfig atomically, because nodes wait for the file to appear.
sign_kubeconfig() {
  sign "$1" "$2"
  cat > "$1.kubeconfig.new" << END
apiVersion: v1
kind: Config
clusters:
  - name: $CLUSTER_CONTEXT
    cluster:
      server: https://$CONTROL_PLANE_IP:6443
      certificate-authority-data: $(base64 --wrap 0 "$authority/ca.crt")
users:
  - name: $CLUSTER_CONTEXT
    user:
      client-certificate-data: $(base64 --wrap 0 "$1.crt")
      client-key-data: $(base64 --wrap 0 "$1.key")
contexts:
  - name: $CLUSTER_CONTEXT
    context: { cluster: $CLUSTER_CONTEXT, user: $CLUSTER_CONTEXT }
current-context: $CLUSTER_CONTEXT
END
  rm "$1.crt" "$1.key"
  mv "$1.kubeconfig.new" "$1.kubeconfig"
}

make_certificates() {
  umask 077
  make_authority
  sign "$authority/kube-apiserver" /CN=kube-apiserver \
    "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:$CONTROL_PLANE_IP,IP:$API_SERVICE_IP"
  sign "$authority/kubelet-client" /O=system:masters/CN=kube-apiserver-kubelet-client
  sign_kubeconfig "$authority/admin" /O=system:masters/CN=admin
  sign_kubeconfig "$authority/kube-controller-manager" /CN=system:kube-controller-manager
  sign_kubeconfig "$authority/kube-scheduler" /CN=system:kube-scheduler
  sign_kubeconfig "$authority/coredns" /CN=ha-celery:coredns

  local node
  for node in $NODES; do
    # The format of node is NAME=ADDRESS.
    local folder=$shared/${node%=*}
    mkdir -p "$folder"
    cp "$authority/ca.crt" "$folder/"
    sign "$folder/kubelet-server" "/CN=${node%=*}" "DNS:${node%=*},IP:${node#*=}"
    sign_kubeconfig "$folder/kube-proxy" /CN=system:kube-proxy
    sign_kubeconfig "$folder/local-volume-provisioner" /CN=ha-celery:local-volume-provisioner
    # Created last: a node that finds this file can read all the others.
    sign_kubeconfig "$folder/kubelet" "/O=system:nodes/CN=system:node:${node%=*}"
  done
  umask 022
}
