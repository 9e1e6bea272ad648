package provisioner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	storagelisters "k8s.io/client-go/listers/storage/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// Name is what a StorageClass gives as its provisioner.
const Name = "ha-celery.dev/local"

const (
	selectedNode  = "volume.kubernetes.io/selected-node"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

// Provisioner makes and removes the volumes of one node.
type Provisioner struct {
	client kubernetes.Interface
	node   string
	root   string

	informers informers.SharedInformerFactory
	claims    corelisters.PersistentVolumeClaimLister
	volumes   corelisters.PersistentVolumeLister
	classes   storagelisters.StorageClassLister
	queue     workqueue.TypedRateLimitingInterface[item]
}

// An item is a claim (with a namespace) or a volume (without one) to look at.
type item = cache.ObjectName

// New makes the provisioner of one node, which keeps its volumes as folders under root.
func New(client kubernetes.Interface, node, root string) *Provisioner {
	factory := informers.NewSharedInformerFactory(client, 10*time.Minute)
	return &Provisioner{
		client:    client,
		node:      node,
		root:      root,
		informers: factory,
		claims:    factory.Core().V1().PersistentVolumeClaims().Lister(),
		volumes:   factory.Core().V1().PersistentVolumes().Lister(),
		classes:   factory.Storage().V1().StorageClasses().Lister(),
		queue:     workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[item]()),
	}
}

// Run works until the context ends.
func (p *Provisioner) Run(ctx context.Context) error {
	for _, informer := range []cache.SharedIndexInformer{
		p.informers.Core().V1().PersistentVolumeClaims().Informer(),
		p.informers.Core().V1().PersistentVolumes().Informer(),
	} {
		if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    p.enqueue,
			UpdateFunc: func(_, object any) { p.enqueue(object) },
		}); err != nil {
			return err
		}
	}
	p.informers.Start(ctx.Done())
	p.informers.WaitForCacheSync(ctx.Done())
	klog.InfoS("Watching claims", "provisioner", Name, "node", p.node, "root", p.root)
	go wait.Until(func() { p.work(ctx) }, time.Second, ctx.Done())
	<-ctx.Done()
	p.queue.ShutDown()
	return nil
}

func (p *Provisioner) enqueue(object any) {
	if key, err := cache.ObjectToName(object); err == nil {
		p.queue.Add(key)
	}
}

func (p *Provisioner) work(ctx context.Context) {
	for {
		key, ended := p.queue.Get()
		if ended {
			return
		}
		if err := p.reconcile(ctx, key); err != nil {
			klog.ErrorS(err, "Will try again", "object", key)
			p.queue.AddRateLimited(key)
		} else {
			p.queue.Forget(key)
		}
		p.queue.Done(key)
	}
}

func (p *Provisioner) reconcile(ctx context.Context, key item) error {
	if key.Namespace == "" {
		volume, err := p.volumes.Get(key.Name)
		if err != nil {
			return ignoreNotFound(err)
		}
		return p.reconcileVolume(ctx, volume)
	}
	claim, err := p.claims.PersistentVolumeClaims(key.Namespace).Get(key.Name)
	if err != nil {
		return ignoreNotFound(err)
	}
	return p.reconcileClaim(ctx, claim)
}

// reconcileClaim makes the volume that a claim waits for, once the scheduler has chosen this node for its pod.
func (p *Provisioner) reconcileClaim(ctx context.Context, claim *core.PersistentVolumeClaim) error {
	if claim.Spec.VolumeName != "" || claim.Annotations[selectedNode] != p.node || claim.Spec.StorageClassName == nil {
		return nil
	}
	class, err := p.classes.Get(*claim.Spec.StorageClassName)
	if err != nil || class.Provisioner != Name {
		return ignoreNotFound(err)
	}
	name := "pvc-" + string(claim.UID)
	if _, err := p.volumes.Get(name); err == nil {
		return nil
	}
	folder := filepath.Join(p.root, name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("making the folder of claim %s/%s: %w", claim.Namespace, claim.Name, err)
	}
	// The pod's user is not known here, and the process's umask would have narrowed the mode.
	if err := os.Chmod(folder, 0o777); err != nil {
		return err
	}
	_, err = p.client.CoreV1().PersistentVolumes().Create(ctx, p.volumeOf(claim, class, name, folder), meta.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	klog.InfoS("Made a volume", "volume", name, "claim", klog.KObj(claim), "folder", folder)
	return nil
}

func (p *Provisioner) volumeOf(claim *core.PersistentVolumeClaim, class *storage.StorageClass, name, folder string) *core.PersistentVolume {
	reclaim := core.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		reclaim = *class.ReclaimPolicy
	}
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: Name}},
		Spec: core.PersistentVolumeSpec{
			Capacity:                      core.ResourceList{core.ResourceStorage: claim.Spec.Resources.Requests[core.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			PersistentVolumeReclaimPolicy: reclaim,
			StorageClassName:              class.Name,
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: folder}},
			ClaimRef: &core.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
				MatchExpressions: []core.NodeSelectorRequirement{{
					Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{p.node},
				}},
			}}}},
		},
	}
}

// reconcileVolume removes a volume of this node whose claim is gone.
func (p *Provisioner) reconcileVolume(ctx context.Context, volume *core.PersistentVolume) error {
	folder := filepath.Join(p.root, volume.Name)
	if volume.Status.Phase != core.VolumeReleased ||
		volume.Spec.PersistentVolumeReclaimPolicy != core.PersistentVolumeReclaimDelete ||
		volume.Annotations[provisionedBy] != Name ||
		volume.Spec.Local == nil || volume.Spec.Local.Path != folder || !p.isHere(volume) {
		return nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("removing the folder of volume %s: %w", volume.Name, err)
	}
	if err := p.client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, meta.DeleteOptions{}); err != nil {
		return ignoreNotFound(err)
	}
	klog.InfoS("Removed a volume", "volume", volume.Name, "folder", folder)
	return nil
}

func (p *Provisioner) isHere(volume *core.PersistentVolume) bool {
	if volume.Spec.NodeAffinity == nil || volume.Spec.NodeAffinity.Required == nil {
		return false
	}
	for _, term := range volume.Spec.NodeAffinity.Required.NodeSelectorTerms {
		for _, expression := range term.MatchExpressions {
			if expression.Key == core.LabelHostname && slices.Contains(expression.Values, p.node) {
				return true
			}
		}
	}
	return false
}

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
