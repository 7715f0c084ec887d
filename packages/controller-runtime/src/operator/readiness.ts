import { countOrZero, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { type KubernetesObject, parseApiVersion } from '@fairlead/kube-core'

/** How far an object is; `failed` if it says that it will not become ready by itself. */
export interface Readiness {
  readonly state: 'ready' | 'progressing' | 'failed'
  /** Why it is not ready. */
  readonly message: string
}

const ready: Readiness = { state: 'ready', message: '' }

/**
 * How far an object is, by what its kind says in its status: as `kubectl rollout status` and
 * `kubectl wait` read it. Of kinds that are not known here, the condition `Ready` decides, or
 * `Available`; one with neither is ready as soon as it exists.
 */
export function readinessOf(object: KubernetesObject): Readiness {
  const { group } = parseApiVersion(object.apiVersion)
  const judge = byKind[`${group}/${object.kind}`]
  if (lagsBehind(object)) return progressing('its last change has not been observed yet')
  return (judge ?? byCondition)(object)
}

const byKind: Readonly<Record<string, (object: KubernetesObject) => Readiness>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicas,
  '/ReplicationController': replicas,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': (object) => phase(object, 'Bound'),
  '/Namespace': (object) => phase(object, 'Active'),
  '/Service': service,
  'apiextensions.k8s.io/CustomResourceDefinition': (object) => condition(object, 'Established'),
}

function progressing(message: string): Readiness {
  return { state: 'progressing', message }
}

/** Whether the controller of its kind has not seen the last change of its spec. */
function lagsBehind({ metadata, ...object }: KubernetesObject): boolean {
  const observed = objectOrEmpty(object['status'])['observedGeneration']
  return typeof observed === 'number' && observed < (metadata.generation ?? 0)
}

function deployment(object: KubernetesObject): Readiness {
  const stuck = conditionOf(object, 'Progressing')
  if (stuck?.['reason'] === 'ProgressDeadlineExceeded') return failed(stuck)
  const { wanted, status } = counts(object)
  const updated = countOrZero(status['updatedReplicas'])
  if (updated < wanted) return some(updated, wanted, 'replicas are updated')
  const old = countOrZero(status['replicas']) - updated
  if (old > 0) return progressing(`${old} old replicas are still there`)
  return all(countOrZero(status['availableReplicas']), wanted, 'replicas are available', status)
}

function statefulSet(object: KubernetesObject): Readiness {
  const { wanted, spec, status } = counts(object)
  const isReady = all(countOrZero(status['readyReplicas']), wanted, 'replicas are ready', status)
  const strategy = objectOrEmpty(spec['updateStrategy'])
  if (isReady.state !== 'ready' || strategy['type'] === 'OnDelete') return isReady
  const partition = countOrZero(objectOrEmpty(strategy['rollingUpdate'])['partition'])
  const updated = countOrZero(status['updatedReplicas'])
  if (partition > 0) {
    const due = Math.max(0, wanted - partition)
    return updated < due ? some(updated, due, 'replicas are updated') : ready
  }
  return status['updateRevision'] === status['currentRevision']
    ? ready
    : some(updated, wanted, 'replicas are updated')
}

function daemonSet(object: KubernetesObject): Readiness {
  const status = objectOrEmpty(object['status'])
  const wanted = countOrZero(status['desiredNumberScheduled'])
  const updated = countOrZero(status['updatedNumberScheduled'])
  if (updated < wanted) return some(updated, wanted, 'pods are updated')
  return all(countOrZero(status['numberAvailable']), wanted, 'pods are available', status)
}

function replicas(object: KubernetesObject): Readiness {
  const { wanted, status } = counts(object)
  return all(countOrZero(status['readyReplicas']), wanted, 'replicas are ready', status)
}

function job(object: KubernetesObject): Readiness {
  const broken = conditionOf(object, 'Failed')
  if (broken?.['status'] === 'True') return failed(broken)
  return condition(object, 'Complete')
}

function pod(object: KubernetesObject): Readiness {
  const { phase: reached } = objectOrEmpty(object['status'])
  if (reached === 'Succeeded') return ready
  if (reached === 'Failed') return { state: 'failed', message: 'its phase is Failed' }
  return condition(object, 'Ready')
}

function service(object: KubernetesObject): Readiness {
  if (objectOrEmpty(object['spec'])['type'] !== 'LoadBalancer') return ready
  const { ingress } = objectOrEmpty(objectOrEmpty(object['status'])['loadBalancer'])
  return Array.isArray(ingress) && ingress.length > 0 ? ready : progressing('it has no address yet')
}

function phase(object: KubernetesObject, wanted: string): Readiness {
  const { phase: reached } = objectOrEmpty(object['status'])
  if (reached === wanted) return ready
  return progressing(
    typeof reached === 'string' ? `its phase is ${reached}` : 'it has no phase yet',
  )
}

function byCondition(object: KubernetesObject): Readiness {
  const type = ['Ready', 'Available'].find((one) => conditionOf(object, one) !== undefined)
  return type === undefined ? ready : condition(object, type)
}

function condition(object: KubernetesObject, type: string): Readiness {
  const found = conditionOf(object, type)
  if (found === undefined) return progressing(`it has no condition ${type} yet`)
  return found['status'] === 'True' ? ready : progressing(describe(found))
}

function failed(found: JsonObject): Readiness {
  return { state: 'failed', message: describe(found) }
}

function describe(found: JsonObject): string {
  const { type, status, reason, message } = found
  const because = [reason, message].filter((part) => typeof part === 'string' && part !== '')
  return `${String(type)} is ${String(status)}${because.length > 0 ? `: ${because.join(': ')}` : ''}`
}

function conditionOf(object: KubernetesObject, type: string): JsonObject | undefined {
  const { conditions } = objectOrEmpty(object['status'])
  if (!Array.isArray(conditions)) return undefined
  return conditions.find((one): one is JsonObject => isJsonObject(one) && one['type'] === type)
}

/** The replicas that the spec asks for, one by default. */
function counts(object: KubernetesObject) {
  const spec = objectOrEmpty(object['spec'])
  const wanted = spec['replicas'] === undefined ? 1 : countOrZero(spec['replicas'])
  return { wanted, spec, status: objectOrEmpty(object['status']) }
}

function some(reached: number, wanted: number, what: string): Readiness {
  return progressing(`${reached} of ${wanted} ${what}`)
}

/** What has no status yet may have no zeros to tell from what is wanted. */
function all(reached: number, wanted: number, what: string, status: JsonObject): Readiness {
  if (reached < wanted) return some(reached, wanted, what)
  return status['observedGeneration'] === undefined ? progressing('it has no status yet') : ready
}
