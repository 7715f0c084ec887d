import type { Logger } from '@fairlead/base'
import { deepEqual, errors, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import { optionalRecordAt, recordAt, recordsAt, type Fields } from '../definitions/fields.ts'
import { resourceName } from '../definitions/resource-definition.ts'
import { checkedPod, type CheckedPod, type Violation } from '../pod-security/check.ts'
import {
  isStricter,
  namespacePolicy,
  shownLevel,
  violations,
  type Level,
} from '../pod-security/namespace-policy.ts'
import type { Storage } from '../storage/storage.ts'
import { isFor } from './plugin-request.ts'

/** Where the template of a pod is, by what has one. */
const templates: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['podtemplates', ['template']],
  ['cronjobs.batch', ['spec', 'jobTemplate', 'spec', 'template']],
  ...[
    'replicationcontrollers',
    'replicasets.apps',
    'deployments.apps',
    'statefulsets.apps',
    'daemonsets.apps',
    'jobs.batch',
  ].map((each) => [each, ['spec', 'template']] as const),
])

/** Enforces the Pod Security Standards by the labels of namespaces, as Kubernetes' plugin. */
export function podSecurity(storage: Storage, logger: Logger): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    validate: (request) => {
      const { operation, object, subresource } = request
      if (object === undefined || (operation !== 'CREATE' && operation !== 'UPDATE')) return
      if (isFor(request, '', 'namespaces')) return checkNamespace(request, object, storage)
      if (isOfPods(request)) return checkPod(request, object, storage, logger)
      const template = templates.get(resourceName(request.definition))
      if (template === undefined || subresource !== undefined) return
      const { warn, audit } = policyOf(request, storage)
      if (warn.name === 'privileged' && audit.name === 'privileged') return
      const pod = templateIn(object, template)
      if (pod !== undefined) tell(request, pod, { warn, audit }, logger)
    },
  }
}

function isOfPods({ definition, subresource }: AdmissionRequest): boolean {
  if (definition.group !== '' || definition.plural !== 'pods') return false
  return subresource === undefined || subresource === 'ephemeralcontainers'
}

function policyOf({ namespace }: AdmissionRequest, storage: Storage) {
  const key = { resource: 'namespaces', namespace: '', name: namespace }
  return namespacePolicy(storage.get(key)?.metadata.labels)
}

/** @throws StatusError 403 */
function checkPod(
  request: AdmissionRequest,
  object: KubernetesObject,
  storage: Storage,
  logger: Logger,
): void {
  const policy = policyOf(request, storage)
  const modes = [policy.enforce, policy.audit, policy.warn]
  if (modes.every(({ name }) => name === 'privileged')) return
  const { oldObject } = request
  if (oldObject !== undefined && !isSignificant(object, oldObject)) return
  const pod = checkedPod(object.metadata, recordAt(object, 'spec'))
  const found = violations(pod, policy.enforce)
  if (found.length > 0) {
    const level = shownLevel(policy.enforce)
    throw forbidden(request, `violates PodSecurity "${level}": ${detailed(found)}`)
  }
  tell(request, pod, policy, logger)
}

/** Warns of what is only to be warned of, and logs what is to be audited. */
function tell(
  request: AdmissionRequest,
  pod: CheckedPod,
  { warn, audit }: { readonly warn: Level; readonly audit: Level },
  logger: Logger,
): void {
  const says = (level: Level): string | undefined => {
    const found = violations(pod, level)
    if (found.length === 0) return undefined
    return `would violate PodSecurity "${shownLevel(level)}": ${detailed(found)}`
  }
  const audited = says(audit)
  if (audited !== undefined) {
    const { namespace, name } = request
    logger.info({ namespace, name, audited }, 'a pod is less safe than its namespace asks for')
  }
  const warning = says(warn)
  if (warning !== undefined) request.warn(warning)
}

/** Updates of a pod that change no image leave its safety as it is. */
function isSignificant(pod: KubernetesObject, previous: KubernetesObject): boolean {
  const partsOf = (of: KubernetesObject): unknown =>
    ['initContainers', 'containers', 'ephemeralContainers'].map((field) =>
      recordsAt(recordAt(of, 'spec'), field).map(({ name, image, securityContext }) => {
        return [name, image, securityContext]
      }),
    )
  return !deepEqual(partsOf(pod), partsOf(previous))
}

function templateIn(object: Fields, path: readonly string[]): CheckedPod | undefined {
  const template = path.reduce<Fields | undefined>(
    (part, field) => part && optionalRecordAt(part, field),
    object,
  )
  if (template === undefined) return undefined
  const { annotations } = recordAt(template, 'metadata')
  return checkedPod({ annotations } as KubernetesObject['metadata'], recordAt(template, 'spec'))
}

/** Labels must be readable, and a stricter level is told what it would not let in. */
function checkNamespace(
  { definition, oldObject, warn }: AdmissionRequest,
  namespace: KubernetesObject,
  storage: Storage,
): void {
  const { name = '', labels } = namespace.metadata
  const { enforce, problems } = namespacePolicy(labels)
  const before = oldObject && namespacePolicy(oldObject.metadata.labels)
  if (problems.length > 0 && !deepEqual(problems, before?.problems)) {
    throw errors.invalid(definition.kind, name, problems)
  }
  if (before === undefined || deepEqual(enforce, before.enforce)) return
  if (enforce.version === before.enforce.version && !isStricter(enforce, before.enforce)) return
  for (const warning of warningsOfPods(name, enforce, storage)) warn(warning)
}

const checkedPodsMax = 3_000

function warningsOfPods(namespace: string, level: Level, storage: Storage): readonly string[] {
  const pods = storage.list({ resource: 'pods', namespace }).objects
  const byReasons = new Map<string, string[]>()
  for (const pod of pods.slice(0, checkedPodsMax)) {
    const found = violations(checkedPod(pod.metadata, recordAt(pod, 'spec')), level)
    if (found.length === 0) continue
    const reasons = found.map(({ reason }) => reason).join(', ')
    const names = byReasons.get(reasons) ?? []
    names.push(pod.metadata.name ?? '')
    byReasons.set(reasons, names)
  }
  const shown = `"${namespace}" violate the new PodSecurity enforce level "${shownLevel(level)}"`
  return [
    ...(pods.length > checkedPodsMax
      ? [
          `new PodSecurity enforce level only checked against the first ${checkedPodsMax} of ${pods.length} existing pods`,
        ]
      : []),
    ...(byReasons.size > 0 ? [`existing pods in namespace ${shown}`] : []),
    ...[...byReasons].map(([reasons, names]) => `${others(names)}: ${reasons}`).toSorted(),
  ]
}

function others([first = '', ...more]: readonly string[]): string {
  if (more.length === 0) return first
  return `${first} (and ${more.length} other ${more.length === 1 ? 'pod' : 'pods'})`
}

function detailed(found: readonly Violation[]): string {
  return found
    .map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`))
    .join(', ')
}
