package observe

import "time"

// Meta is the part of an object's metadata that observations need.
type Meta struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	UID               string            `json:"uid"`
	ResourceVersion   string            `json:"resourceVersion"`
	CreationTimestamp time.Time         `json:"creationTimestamp"`
	Labels            map[string]string `json:"labels"`
	Annotations       map[string]string `json:"annotations"`
	OwnerReferences   []Owner           `json:"ownerReferences"`
	ManagedFields     []ManagedFields   `json:"managedFields"`
}

// Owner is an object that another one belongs to.
type Owner struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Controller bool   `json:"controller"`
}

// ManagedFields says when a client last changed fields of the object.
type ManagedFields struct {
	Time time.Time `json:"time"`
}

// changed is when the object's own fields last changed; zero if that is unknown.
func (m Meta) changed() time.Time {
	var last time.Time
	for _, f := range m.ManagedFields {
		if f.Time.IsZero() {
			return time.Time{}
		}
		if f.Time.After(last) {
			last = f.Time
		}
	}
	return last
}

// ConfigMap is a ConfigMap of the API.
type ConfigMap struct {
	Metadata Meta              `json:"metadata"`
	Data     map[string]string `json:"data"`
}

// PodObject is a pod of the API, or its metadata alone.
type PodObject struct {
	Metadata Meta `json:"metadata"`
	Spec     struct {
		Containers     []Container `json:"containers"`
		InitContainers []Container `json:"initContainers"`
		ServiceAccount string      `json:"serviceAccountName"`
	} `json:"spec"`
	Status struct {
		Phase                 string            `json:"phase"`
		ContainerStatuses     []ContainerStatus `json:"containerStatuses"`
		InitContainerStatuses []ContainerStatus `json:"initContainerStatuses"`
	} `json:"status"`
}

// Container is a container of a pod's spec.
type Container struct {
	Name    string   `json:"name"`
	Command []string `json:"command"`
	Args    []string `json:"args"`
	Env     []EnvVar `json:"env"`
}

// EnvVar is a variable of a container, with its value or a reference to it.
type EnvVar struct {
	Name      string `json:"name"`
	Value     string `json:"value"`
	ValueFrom *struct {
		ConfigMapKeyRef struct {
			Name string `json:"name"`
			Key  string `json:"key"`
		} `json:"configMapKeyRef"`
	} `json:"valueFrom"`
}

// ContainerStatus says whether a container runs, and since when.
type ContainerStatus struct {
	Name  string `json:"name"`
	State struct {
		Running *struct {
			StartedAt time.Time `json:"startedAt"`
		} `json:"running"`
		Waiting    *struct{} `json:"waiting"`
		Terminated *struct{} `json:"terminated"`
	} `json:"state"`
}

// PodList is a page of a list of pods.
type PodList struct {
	Metadata ListMeta    `json:"metadata"`
	Items    []PodObject `json:"items"`
}

// ListMeta is the metadata of a page: Continue is "" in the last one.
type ListMeta struct {
	Continue string `json:"continue"`
}

// WebhookConfiguration is a validating or mutating webhook configuration, or an
// APIService.
type WebhookConfiguration struct {
	Webhooks []struct {
		ClientConfig ClientConfig `json:"clientConfig"`
	} `json:"webhooks"`
	Spec ClientConfig `json:"spec"`
}

// ClientConfig has what the API server verifies a webhook by (PEM).
type ClientConfig struct {
	CABundle []byte `json:"caBundle"`
}
