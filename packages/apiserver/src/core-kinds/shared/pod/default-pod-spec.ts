import { defaultTo, defaultZeroTo, fieldsAt, itemsAt, type MutableFields } from '../defaulting.ts'
import { roundUpResources } from '../resource-list.ts'
import { defaultContainer } from './default-containers.ts'
import { defaultVolume } from './default-volumes.ts'

/** The lists of containers of a pod. */
export const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** Annotations that once held init containers; Kubernetes drops them wherever it reads a pod. */
const droppedAnnotations = ['beta', 'alpha'].flatMap((stage) => [
  `pod.${stage}.kubernetes.io/init-containers`,
  `pod.${stage}.kubernetes.io/init-container-statuses`,
])

/** As SetDefaults_PodSpec and those of what it contains in Kubernetes' core defaults. */
function defaultPodSpec(spec: MutableFields): void {
  for (const volume of itemsAt(spec, 'volumes')) defaultVolume(volume)
  for (const list of containerLists) {
    for (const container of itemsAt(spec, list)) defaultContainer(container)
  }
  defaultZeroTo(spec, 'dnsPolicy', 'ClusterFirst')
  defaultZeroTo(spec, 'restartPolicy', 'Always')
  defaultTo(spec, 'securityContext', {})
  defaultTo(spec, 'terminationGracePeriodSeconds', 30)
  defaultZeroTo(spec, 'schedulerName', 'default-scheduler')
  roundUpResources(spec, 'overhead')
  bothServiceAccounts(spec)
}

/** The older name of the field always has the value of the newer one. */
function bothServiceAccounts(spec: MutableFields): void {
  const name = spec['serviceAccountName'] || spec['serviceAccount']
  if (!name) return
  spec['serviceAccountName'] = name
  spec['serviceAccount'] = name
}

/** Defaults of the pod template in `field`, if there is one. */
export function defaultPodTemplate(object: MutableFields, field: string): void {
  const template = fieldsAt(object, field)
  if (template === undefined) return
  const metadata = fieldsAt(template, 'metadata')
  if (metadata !== undefined) dropAnnotations(metadata)
  const spec = fieldsAt(template, 'spec')
  if (spec !== undefined) defaultPodSpec(spec)
}

/** As SetDefaults_Pod: what a pod has beyond a pod template. */
export function defaultPod(pod: MutableFields): void {
  const metadata = fieldsAt(pod, 'metadata')
  if (metadata !== undefined) dropAnnotations(metadata)
  const spec = fieldsAt(pod, 'spec')
  if (spec === undefined) return
  defaultPodSpec(spec)
  // As the conversion of pods, and only of pods, in Kubernetes.
  if (Number(spec['terminationGracePeriodSeconds']) < 0) spec['terminationGracePeriodSeconds'] = 1
  defaultTo(spec, 'enableServiceLinks', true)
  for (const list of ['containers', 'initContainers']) {
    for (const container of itemsAt(spec, list)) {
      defaultRequests(container)
      if (spec['hostNetwork'] !== true) continue
      for (const port of itemsAt(container, 'ports')) {
        defaultZeroTo(port, 'hostPort', port['containerPort'])
        if (port['hostPort'] === 0) delete port['hostPort']
      }
    }
  }
}

/** Whoever limits a resource requests as much. */
function defaultRequests(container: MutableFields): void {
  const resources = fieldsAt(container, 'resources') ?? {}
  const limits = fieldsAt(resources, 'limits')
  if (limits === undefined) return
  const requests = fieldsAt(resources, 'requests') ?? {}
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(requests, name)) requests[name] = value
  }
  if (Object.keys(requests).length > 0) resources['requests'] = requests
}

function dropAnnotations(metadata: MutableFields): void {
  const annotations = fieldsAt(metadata, 'annotations')
  if (annotations === undefined) return
  for (const name of droppedAnnotations) delete annotations[name]
  if (Object.keys(annotations).length === 0) delete metadata['annotations']
}
